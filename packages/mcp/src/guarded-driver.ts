import { type SqlDriver, StorageError } from '@persql/session-core'
import { leadingKeyword } from '@persql/session-core/driver'
import { sideEffectOf } from '@persql/session-core/sqlite'

/** The one of SQLite's functions for reading pragmas that writes. */
const WRITES = /pragma_optimize/i

/** What PostgreSQL runs beside reading and writing rows, programs on the server included. */
const BEYOND_ROWS: ReadonlySet<string> = new Set(['copy', 'do', 'call', 'load', 'listen', 'notify', 'vacuum'])

/** A driver for SQL that a model wrote: it stays within its database, and does not change the connection. */
export function guardedDriver(driver: SqlDriver): SqlDriver {
  if (driver.dialect === 'postgres') return guardedPostgres(driver)
  return {
    dialect: driver.dialect,
    ...(driver.limits && { limits: driver.limits }),
    async batch(statements, options) {
      for (const [statementIndex, { sql }] of statements.entries()) {
        const refused = WRITES.test(sql) ? 'PRAGMA_OPTIMIZE' : sideEffectOf(sql)
        if (refused !== undefined) throw unavailable(refused, statementIndex)
      }
      return driver.batch(statements, options)
    },
    close: () => driver.close(),
  }
}

function guardedPostgres(driver: SqlDriver): SqlDriver {
  return {
    ...driver,
    async batch(statements, options) {
      for (const [statementIndex, { sql }] of statements.entries()) {
        const keyword = leadingKeyword(sql)
        if (!BEYOND_ROWS.has(keyword)) continue
        const message = `${keyword.toUpperCase()} is not available here.`
        throw new StorageError('INVALID_STATEMENT', message, { statementIndex })
      }
      return driver.batch(statements, options)
    },
  }
}

function unavailable(what: string, statementIndex: number): StorageError {
  return new StorageError(
    'INVALID_STATEMENT',
    `${what} is not available here. What a pragma tells can be read with SELECT, as in select * from pragma_table_info('t').`,
    { statementIndex },
  )
}
