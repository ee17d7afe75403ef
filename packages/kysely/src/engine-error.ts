import { isStorageError, type SqlDialect, StorageError, type StorageErrorCode } from '@persql/session-core'
import { sqlError } from '@persql/session-core/sqlite'

// SQLSTATE codes or their first characters, the more exact ones first:
// https://www.postgresql.org/docs/current/errcodes-appendix.html
const CODES: readonly (readonly [prefix: string, code: StorageErrorCode])[] = [
  ['42P01', 'NO_SUCH_TABLE'],
  ['42S02', 'NO_SUCH_TABLE'],
  ['25006', 'READ_ONLY'],
  ['53100', 'FULL'],
  ['55P03', 'BUSY'],
  ['08P01', 'INVALID_STATEMENT'],
  ['57P', 'UNAVAILABLE'],
  ['08', 'UNAVAILABLE'],
  ['22', 'INVALID_STATEMENT'],
  ['23', 'CONSTRAINT'],
  ['40', 'BUSY'],
  ['42', 'INVALID_STATEMENT'],
]

/** What a dialect threw, as a `StorageError`. */
export function engineError(
  dialect: SqlDialect,
  error: unknown,
  statementIndex?: number,
  sql?: string,
): StorageError {
  if (dialect === 'sqlite' || isStorageError(error)) return sqlError(error, statementIndex, sql)
  const state = sqlStateOf(error)
  const code = CODES.find(([prefix]) => state?.startsWith(prefix))?.[1] ?? 'SQL_ERROR'
  const what = statementIndex === undefined ? 'The batch' : `Statement ${statementIndex}`
  const why = state === undefined ? '' : ` with SQLSTATE ${state}`
  // The engine's own message may quote parameters.
  return new StorageError(code, `${what} failed${why}. The cause says why.`, { cause: error, statementIndex })
}

/** Postgres clients have it as `code`, MySQL's as `sqlState`. */
function sqlStateOf(error: unknown): string | undefined {
  const { sqlState, code } = (error ?? {}) as { sqlState?: unknown; code?: unknown }
  return [sqlState, code].find(
    (state): state is string => typeof state === 'string' && /^[0-9A-Z]{5}$/.test(state),
  )
}
