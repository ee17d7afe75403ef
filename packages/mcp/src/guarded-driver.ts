import { type SqlDriver, StorageError } from '@persql/session-core'
import { leadingKeyword } from './leading-keyword.ts'

/**
 * What reaches beyond the database, or changes the connection for later calls. SQLite takes these only as the first
 * word of a statement.
 */
const REFUSED: ReadonlySet<string> = new Set(['attach', 'detach', 'vacuum', 'pragma', 'pragma_optimize'])

/** The one of SQLite's functions for reading pragmas that writes. */
const WRITES = /pragma_optimize/i

/** A driver for SQL that a model wrote: it stays within its database. */
export function guardedDriver(driver: SqlDriver): SqlDriver {
  return {
    dialect: driver.dialect,
    ...(driver.limits && { limits: driver.limits }),
    async batch(statements, options) {
      for (const [statementIndex, { sql }] of statements.entries()) {
        const refused = WRITES.test(sql) ? 'pragma_optimize' : leadingKeyword(sql)
        if (REFUSED.has(refused)) throw unavailable(refused.toUpperCase(), statementIndex)
      }
      return driver.batch(statements, options)
    },
    close: () => driver.close(),
  }
}

function unavailable(what: string, statementIndex: number): StorageError {
  return new StorageError(
    'INVALID_STATEMENT',
    `${what} is not available here. What a pragma tells can be read with SELECT, as in select * from pragma_table_info('t').`,
    { statementIndex },
  )
}
