import { closeSync, openSync } from 'node:fs'

/** Makes a file that only this user can read, whatever the rights of its folder. One that is there stays as it is. */
export function makePrivateFile(file: string): void {
  closeSync(openSync(file, 'a', 0o600))
}
