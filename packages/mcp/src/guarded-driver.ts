import { type SqlDriver, StorageError } from '@persql/session-core'
import { leadingKeyword } from '@persql/session-core/sqlite'

/**
 * What reaches beyond the database, or changes the connection for later calls. SQLite takes these only as the first
 * word of a statement.
 */
const REFUSED: ReadonlySet<string> = new Set(['attach', 'detach', 'vacuum', 'pragma'])

/** Functions that write where they seem to read, or that take an address. */
const UNSAFE = /pragma_optimize|fts3_tokenizer/i

/** A driver for SQL that a model wrote: it stays within its database. */
export function guardedDriver(driver: SqlDriver): SqlDriver {
  return {
    dialect: driver.dialect,
    ...(driver.limits && { limits: driver.limits }),
    async batch(statements, options) {
      for (const [statementIndex, { sql }] of statements.entries()) {
        const [unsafe] = UNSAFE.exec(sql) ?? []
        const keyword = leadingKeyword(sql)
        const refused = unsafe ?? (REFUSED.has(keyword) ? keyword : undefined)
        if (refused !== undefined) throw unavailable(refused.toUpperCase(), statementIndex)
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
