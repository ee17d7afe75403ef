import type { PerSQLDatabase } from '@persql/sdk'
import {
  isStorageError,
  SessionCatalog,
  SessionStore,
  type SessionTableNames,
  toSqlDriver,
  withDefaultNames,
} from '@persql/session-core'

/** The sessions of a database, without making their tables. */
export function catalogOf(handle: PerSQLDatabase, names: SessionTableNames): SessionCatalog {
  return new SessionCatalog(toSqlDriver(handle), { ...withDefaultNames(names), createTables: false })
}

/** The items of its sessions. `onCorruptRow` is told of rows that are passed over. */
export function storeOf(
  handle: PerSQLDatabase,
  names: SessionTableNames,
  onCorruptRow: () => void,
): SessionStore<unknown> {
  return new SessionStore<unknown>(toSqlDriver(handle), {
    ...withDefaultNames(names),
    createTables: false,
    onCorruptRow,
  })
}

/** Before the first session there are no tables, which means no sessions. */
export async function withoutTables<Result>(work: Promise<Result>, none: Result): Promise<Result> {
  try {
    return await work
  } catch (error) {
    if (isStorageError(error, 'NO_SUCH_TABLE')) return none
    throw error
  }
}
