import type { SqlStatement, StorageErrorCode } from '@persql/session-core'
import { isStorageError, StorageError } from '@persql/session-core'
import { sqliteErrorCode, withoutValues } from '@persql/session-core/sqlite'

/** Codes of `@libsql/client`, and of a server, that are not those of SQLite. */
const CODES: Readonly<Record<string, StorageErrorCode>> = {
  CLIENT_CLOSED: 'DRIVER_CLOSED',
  SQL_PARSE_ERROR: 'INVALID_STATEMENT',
  SQL_NO_STATEMENT: 'INVALID_STATEMENT',
  SQL_MANY_STATEMENTS: 'INVALID_STATEMENT',
  SQL_INPUT_ERROR: 'INVALID_STATEMENT',
  ARGS_INVALID: 'INVALID_STATEMENT',
  ARGS_BOTH_POSITIONAL_AND_NAMED: 'INVALID_STATEMENT',
  AUTH_TOKEN_NOT_SUPPORTED: 'INVALID_ARGUMENT',
  ENCRYPTION_KEY_NOT_SUPPORTED: 'INVALID_ARGUMENT',
  URL_INVALID: 'INVALID_ARGUMENT',
  URL_PARAM_NOT_SUPPORTED: 'INVALID_ARGUMENT',
  URL_SCHEME_NOT_SUPPORTED: 'INVALID_ARGUMENT',
  HRANA_CLOSED_ERROR: 'UNAVAILABLE',
  HRANA_PROTO_ERROR: 'UNAVAILABLE',
  HRANA_WEBSOCKET_ERROR: 'UNAVAILABLE',
  SERVER_ERROR: 'UNAVAILABLE',
  STREAM_EXPIRED: 'UNAVAILABLE',
  TRANSACTION_CLOSED: 'UNAVAILABLE',
  TRANSACTION_TIMEOUT: 'UNAVAILABLE',
}

const STATUSES: Readonly<Record<number, StorageErrorCode>> = {
  401: 'CANNOT_OPEN',
  403: 'CANNOT_OPEN',
  404: 'CANNOT_OPEN',
  413: 'TOO_LARGE',
}

interface ClientError {
  readonly code?: unknown
  /** Of an answer of a server that is no result. */
  readonly cause?: { readonly status?: number }
  readonly statementIndex?: number
}

export function codeOf(error: unknown): StorageErrorCode {
  const { code, cause } = (error ?? {}) as ClientError
  const text = textOf(error)
  if (/unable to open connection to local database/i.test(text)) return 'CANNOT_OPEN'
  if (error instanceof RangeError) return 'INVALID_STATEMENT'
  if (isWithoutAnswer(error)) return 'UNAVAILABLE'
  return (
    STATUSES[cause?.status ?? 0] ??
    (typeof code === 'string' ? CODES[code] : undefined) ??
    sqliteErrorCode(text, code)
  )
}

/** What `@libsql/client` threw, as a `StorageError` that quotes nothing of a parameter. */
export function libsqlError(error: unknown, statements: readonly SqlStatement[]): StorageError {
  if (isStorageError(error)) return error
  if (isWithoutAnswer(error)) return new StorageError('UNAVAILABLE', unreachable(error), { cause: error })
  const { statementIndex } = (error ?? {}) as ClientError
  const sql = statements.map((statement) => statement.sql).join('\n')
  const where = statementIndex === undefined ? '' : `Statement ${statementIndex}: `
  return new StorageError(codeOf(error), `${where}${withoutValues(textOf(error), sql)}`, {
    cause: error,
    statementIndex,
  })
}

/** What `fetch` throws. */
function isWithoutAnswer(error: unknown): error is TypeError {
  return error instanceof TypeError
}

function unreachable({ cause }: TypeError): string {
  const { code } = (cause ?? {}) as { code?: unknown }
  const reason = typeof code === 'string' && /^[A-Z][A-Z_\d]+$/.test(code) ? ` (${code})` : ''
  return `The database cannot be reached${reason}. Check its URL and the network.`
}

/** The text without the codes before it. */
function textOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.replace(/^(?:[A-Z][A-Z_\d]+: )+/, '')
}
