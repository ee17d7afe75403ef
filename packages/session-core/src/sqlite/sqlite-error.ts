import { isStorageError, StorageError, type StorageErrorCode } from '../driver/storage-error.ts'
import { withoutValues } from './without-values.ts'

// SQLite's primary result codes, https://sqlite.org/rescode.html
const CODES: readonly (readonly [prefix: string, code: StorageErrorCode])[] = [
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

// The texts that SQLite has for them. Some bindings and remote services pass on nothing else.
const MESSAGES: readonly (readonly [text: RegExp, code: StorageErrorCode])[] = [
  [/no such table/i, 'NO_SUCH_TABLE'],
  [/constraint failed/i, 'CONSTRAINT'],
  [/readonly database/i, 'READ_ONLY'],
  [/database (table )?is locked/i, 'BUSY'],
  [/disk is full/i, 'FULL'],
  [/unable to open database/i, 'CANNOT_OPEN'],
  [/not a database|disk image is malformed/i, 'NOT_A_DATABASE'],
  [/string or blob too big/i, 'TOO_LARGE'],
  [/syntax error|incomplete input|unrecognized token|more than one statement/i, 'INVALID_STATEMENT'],
]

/** The code for what SQLite reports, from its result code where the binding has it, else from its message. */
export function sqliteErrorCode(message: string, resultCode?: unknown): StorageErrorCode {
  if (typeof resultCode === 'string') {
    const found = CODES.find(([prefix]) => resultCode.startsWith(prefix))
    if (found) return found[1]
  }
  return MESSAGES.find(([text]) => text.test(message))?.[1] ?? 'SQL_ERROR'
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
