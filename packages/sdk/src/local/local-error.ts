import { closedError } from '../errors/closed-error.ts'
import { PerSQLError } from '../errors/persql-error.ts'
import { redactor } from '../errors/redactor.ts'
import { SQL_ERROR_STATUS, type SqlErrorDetail, type SqlErrorKind } from '../protocol/index.ts'
import { parseSqlError } from '../sqlite/index.ts'

interface DriverError {
  readonly code?: unknown
  readonly message: string
  readonly statementIndex?: number
}

/** For messages that are not SQLite's. */
const KINDS: Readonly<Record<string, SqlErrorKind>> = {
  INVALID_STATEMENT: 'invalid_statement',
  READ_ONLY: 'readonly',
  BUSY: 'database_locked',
  TOO_LARGE: 'too_large',
  FULL: 'disk_full',
}

/** For those of PostgreSQL, which hold its code. */
const KINDS_BY_STATE: Readonly<Record<string, SqlErrorKind>> = {
  '23502': 'not_null_violation',
  '23503': 'fk_violation',
  '23505': 'unique_violation',
  '23514': 'check_violation',
  '25006': 'readonly',
  '42601': 'syntax_error',
  '42703': 'unknown_column',
  '42804': 'type_mismatch',
  '42P01': 'unknown_table',
}

/**
 * What a server would answer for what the local driver rejected with; that is the `cause`. `firstIndex` is the
 * position in the batch of the first of the statements; a call that is no batch has none.
 */
export function localError(
  error: unknown,
  statements: readonly { sql: string; params: readonly unknown[] }[],
  firstIndex: number | undefined,
): PerSQLError {
  const { code, message, statementIndex } = error as DriverError
  if (code === 'DRIVER_CLOSED') {
    return closedError({ cause: error })
  }
  if (code === 'DRIVER_NOT_INSTALLED') return new PerSQLError('local_mode', message, { cause: error })
  const safe = redactor(statements)
  // Of a driver that reaches its database over a network itself.
  if (code === 'UNAVAILABLE') return new PerSQLError('network', safe.text(message), { cause: error })
  const parsed = parseSqlError(message.replace(/^Statement \d+: /, ''))
  const state = /\(SQLSTATE (\w{5})\)/.exec(message)?.[1] ?? ''
  const kind = KINDS_BY_STATE[state] ?? (parsed.kind === 'unknown' ? KINDS[String(code)] : undefined)
  const known: SqlErrorDetail = kind ? { ...parsed, kind } : parsed
  const detail =
    statementIndex === undefined || firstIndex === undefined
      ? known
      : { ...known, statementIndex: firstIndex + statementIndex }
  return new PerSQLError('api', safe.text(detail.message), {
    status: code === 'NOT_A_DATABASE' ? 500 : SQL_ERROR_STATUS[detail.kind],
    detail: safe.detail(detail),
    cause: error,
  })
}
