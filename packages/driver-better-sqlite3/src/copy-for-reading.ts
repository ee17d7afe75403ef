import { type BigIntStats, chmodSync, constants, copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StorageError } from '@persql/session-core'
import type Database from 'better-sqlite3'
import type { OpenedFile } from './opened-file.ts'

/** The file, and what holds commits that are not in it yet, or what must be undone. */
const PARTS = ['', '-wal', '-journal']

/**
 * Opens a copy of the file, in which SQLite may finish whatever was interrupted. Only this user can read the copy. It
 * loses its name at once where the system allows that, so that nothing stays behind whatever happens.
 */
export function copyForReading(Sqlite: typeof Database, file: string): OpenedFile {
  const folder = mkdtempSync(join(tmpdir(), 'persql-'))
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  try {
    const copy = join(folder, 'copy.db')
    copyParts(file, copy)
    const writer = new Sqlite(copy)
    readSomething(writer)
    writer.close()
    const handle = new Sqlite(copy, { readonly: true })
    readSomething(handle)
    if (process.platform !== 'win32') remove()
    return {
      handle,
      close() {
        handle.close()
        remove()
      },
    }
  } catch (error) {
    remove()
    throw error
  }
}

function copyParts(file: string, copy: string): void {
  const before = PARTS.map((part) => stateOf(file + part))
  PARTS.forEach((part, index) => {
    if (!before[index]) return
    copyFileSync(file + part, copy + part, constants.COPYFILE_FICLONE)
    chmodSync(copy + part, 0o600)
  })
  if (PARTS.every((part, index) => isSame(before[index], stateOf(file + part)))) return
  throw new StorageError('BUSY', `"${file}" was written to while it was copied to be read. Try again.`)
}

/** Makes SQLite open all files that belong to the database. What is wrong with them, the first batch will tell. */
function readSomething(handle: Database.Database): void {
  try {
    handle.pragma('schema_version')
  } catch {}
}

function stateOf(path: string): BigIntStats | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })
}

function isSame(one: BigIntStats | undefined, other: BigIntStats | undefined): boolean {
  return one?.ino === other?.ino && one?.size === other?.size && one?.mtimeNs === other?.mtimeNs
}
