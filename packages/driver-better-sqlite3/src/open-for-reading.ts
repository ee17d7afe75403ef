import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type Database from 'better-sqlite3'
import { copyForReading } from './copy-for-reading.ts'
import type { OpenedFile } from './opened-file.ts'

/** The codes with which SQLite says that it would have to write something first to read the file where it is. */
const NEEDS_A_COPY = /^SQLITE_(CANTOPEN|READONLY_(ROLLBACK|RECOVERY|CANTINIT|CANTLOCK|DIRECTORY))/

/**
 * Opens a file so that nothing is changed or left beside it. Where SQLite could not read it without making files, or
 * without finishing what a crash interrupted, a copy is read, which has the commits of the write-ahead log too. Throws
 * what better-sqlite3 throws, and `BUSY` where the file changes while it is copied.
 */
export function openForReading(Sqlite: typeof Database, file: string): OpenedFile {
  if (mayMakeFiles(file) && !canTidy(file)) return copyForReading(Sqlite, file)
  const handle = open(Sqlite, file)
  try {
    handle.pragma('schema_version')
  } catch (error) {
    // What else is wrong, the first batch will tell.
    if (NEEDS_A_COPY.test(String((error as { code?: unknown }).code))) {
      handle.close()
      return copyForReading(Sqlite, file)
    }
  }
  return {
    handle,
    close() {
      handle.close()
      if (canTidy(file)) tidy(Sqlite, file)
    },
  }
}

/** One millisecond is the shortest step of SQLite's own waiting; the driver repeats what finds the file locked. */
function open(Sqlite: typeof Database, file: string): Database.Database {
  return new Sqlite(file, { readonly: true, fileMustExist: true, timeout: 1 })
}

/** A reader of a write-ahead log makes its files where they are missing, and cannot take them away. */
function mayMakeFiles(file: string): boolean {
  const log = sizeOf(`${file}-wal`)
  return (
    (log !== undefined || isInWalMode(file)) && (log === undefined || sizeOf(`${file}-shm`) === undefined)
  )
}

/** Bytes 18 and 19 are the versions for writing and reading, https://sqlite.org/fileformat.html */
function isInWalMode(file: string): boolean {
  const header = Buffer.alloc(20)
  const descriptor = openSync(file, 'r')
  try {
    readSync(descriptor, header, 0, header.length, 0)
  } finally {
    closeSync(descriptor)
  }
  return header[18] === 2 || header[19] === 2
}

/** True where the log holds nothing and its files may be taken away. */
function canTidy(file: string): boolean {
  return !sizeOf(`${file}-wal`) && isWritable(file) && isWritable(dirname(file))
}

/**
 * Takes away the empty files of the log: the last connection that may write does so when it closes. Where another one
 * is open, it leaves them.
 */
function tidy(Sqlite: typeof Database, file: string): void {
  if (sizeOf(`${file}-wal`) === undefined) return
  try {
    const handle = new Sqlite(file, { fileMustExist: true, timeout: 1 })
    try {
      handle.pragma('schema_version')
    } finally {
      handle.close()
    }
  } catch {
    // What was to be read was read.
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size
}
