import { isStorageError, type SqlDialect, StorageError } from '@persql/session-core'
import { sqlStateCode, sqlStateOf } from '@persql/session-core/driver'
import { sqlError } from '@persql/session-core/sqlite'

/** What a dialect threw, as a `StorageError`. */
export function engineError(
  dialect: SqlDialect,
  error: unknown,
  statementIndex?: number,
  sql?: string,
): StorageError {
  if (dialect === 'sqlite' || isStorageError(error)) return sqlError(error, statementIndex, sql)
  const state = sqlStateOf(error)
  const what = statementIndex === undefined ? 'The batch' : `Statement ${statementIndex}`
  const why = state === undefined ? '' : ` with SQLSTATE ${state}`
  // The engine's own message may quote parameters.
  return new StorageError(sqlStateCode(state), `${what} failed${why}. The cause says why.`, {
    cause: error,
    statementIndex,
  })
}
