import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'

/** Appends a line, on disk before it resolves. */
export function appendLine(path: string, line: string): void {
  const file = openSync(path, 'a')
  writeSync(file, `${line}\n`)
  fsyncSync(file)
  closeSync(file)
}
