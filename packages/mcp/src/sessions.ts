import type { PerSQLDatabase } from '@persql/sdk'
import {
  isStorageError,
  jsonCodec,
  SessionCatalog,
  SessionStore,
  type SessionTableNames,
  toSqlDriver,
  withDefaultNames,
} from '@persql/session-core'
import { ToolRefusal } from './tool-error.ts'

/** The sessions of a database, without making their tables. */
export function catalogOf(handle: PerSQLDatabase, names: SessionTableNames): SessionCatalog {
  return new SessionCatalog(toSqlDriver(handle), { ...withDefaultNames(names), createTables: false })
}

/** The items of its sessions, to be shown. `onCorruptRow` is told of rows that are passed over. */
export function storeOf(
  handle: PerSQLDatabase,
  names: SessionTableNames,
  onCorruptRow: () => void,
): SessionStore<unknown> {
  return new SessionStore<unknown>(toSqlDriver(handle), {
    ...withDefaultNames(names),
    createTables: false,
    codec: jsonCodec({ exactNumbers: true }),
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

/** Throws where there is no such session: a model that has its name wrong must not take that for silence. */
export async function refuseMissing(
  handle: PerSQLDatabase,
  names: SessionTableNames,
  sessionId: string,
): Promise<void> {
  if (await withoutTables(catalogOf(handle, names).get(sessionId), undefined)) return
  throw new ToolRefusal('There is no such session. list_sessions and search_sessions find them.')
}
