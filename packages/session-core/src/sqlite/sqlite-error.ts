import { isStorageError, StorageError, type StorageErrorCode } from '../driver/storage-error.ts'
import { readSqliteMessage, type SqliteErrorKind } from './read-sqlite-message.ts'
import { withoutValues } from './without-values.ts'

// SQLite's primary result codes, https://sqlite.org/rescode.html
const CODES_BY_PREFIX: readonly (readonly [prefix: string, code: StorageErrorCode])[] = [
  ['SQLITE_BUSY', 'BUSY'],
  ['SQLITE_LOCKED', 'BUSY'],
  ['SQLITE_READONLY', 'READ_ONLY'],
  ['SQLITE_FULL', 'FULL'],
  ['SQLITE_CANTOPEN', 'CANNOT_OPEN'],
  ['SQLITE_NOTADB', 'NOT_A_DATABASE'],
  ['SQLITE_CORRUPT', 'NOT_A_DATABASE'],
  ['SQLITE_CONSTRAINT', 'CONSTRAINT'],
  ['SQLITE_TOOBIG', 'TOO_LARGE'],
]

/** The codes for what the texts tell. A local engine that was interrupted has undone what it did. */
export const CODES_BY_KIND: Readonly<Partial<Record<SqliteErrorKind, StorageErrorCode>>> = {
  unique_violation: 'CONSTRAINT',
  not_null_violation: 'CONSTRAINT',
  fk_violation: 'CONSTRAINT',
  check_violation: 'CONSTRAINT',
  constraint: 'CONSTRAINT',
  unknown_table: 'NO_SUCH_TABLE',
  syntax_error: 'INVALID_STATEMENT',
  invalid_statement: 'INVALID_STATEMENT',
  too_many_params: 'INVALID_STATEMENT',
  too_few_params: 'INVALID_STATEMENT',
  database_locked: 'BUSY',
  readonly: 'READ_ONLY',
  too_large: 'TOO_LARGE',
  disk_full: 'FULL',
  cannot_open: 'CANNOT_OPEN',
  not_a_database: 'NOT_A_DATABASE',
}

/** The code for what SQLite reports, from its result code where the binding has it, else from its message. */
export function sqliteErrorCode(message: string, resultCode?: unknown): StorageErrorCode {
  if (typeof resultCode === 'string') {
    const found = CODES_BY_PREFIX.find(([prefix]) => resultCode.startsWith(prefix))
    if (found) return found[1]
  }
  // Some bindings and remote services pass on nothing but the text.
  return CODES_BY_KIND[readSqliteMessage(message).kind] ?? 'SQL_ERROR'
}

/**
 * What a binding threw, as a `StorageError`. A `StorageError` stays what it is. The message quotes nothing that is
 * not in `sql`, the text of the statement, and could be a part of a parameter.
 */
export function sqlError(error: unknown, statementIndex?: number, sql = ''): StorageError {
  if (isStorageError(error)) {
    if (statementIndex === undefined || error.statementIndex !== undefined) return error
    return new StorageError(error.code, error.message, { cause: error.cause ?? error, statementIndex })
  }
  const message = error instanceof Error ? error.message : String(error)
  const resultCode = error instanceof Error && 'code' in error ? error.code : undefined
  // Bindings throw these for parameters they cannot bind.
  const isMisuse = error instanceof TypeError || error instanceof RangeError
  const code = isMisuse ? 'INVALID_STATEMENT' : sqliteErrorCode(message, resultCode)
  const where = statementIndex === undefined ? '' : `Statement ${statementIndex}: `
  return new StorageError(code, `${where}${withoutValues(message, sql)}`, { cause: error, statementIndex })
}
