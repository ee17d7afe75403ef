import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { makePrivateFile } from './make-private-file.ts'

/** Keeps other servers from a data folder until it is closed, or this process ends in whatever way. */
export function lockFolder(folder: string): { close(): void } {
  const file = join(folder, 'lock')
  makePrivateFile(file)
  const lock = new DatabaseSync(file)
  try {
    // SQLite's locks do what is needed, on every system; nothing is ever written, so that a full disk does no harm.
    lock.exec('pragma journal_mode = memory; begin exclusive')
    return lock
  } catch (error) {
    lock.close()
    if ((error as { errcode?: number }).errcode !== 5) throw error
    throw new Error('Another server uses this data folder.', { cause: error })
  }
}
