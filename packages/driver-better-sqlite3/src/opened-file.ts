import type Database from 'better-sqlite3'

/** A file that is open for reading only. */
export interface OpenedFile {
  readonly handle: Database.Database
  close(): void
}
