import { dialectOf } from '../dialects/dialect-of.ts'
import type { SqlDriver, SqlStatement } from '../driver/sql-driver.ts'
import { RECENT_ROWS } from '../search/search-query.ts'
import { resolveTableNames } from '../sessions/session-tables.ts'

/** The driver, for searches that find nothing among the newest rows, and so ask the index if there is one. */
export function indexOnlyDriver(driver: SqlDriver): SqlDriver {
  return changed(driver, (sql) => sql.replace(`max(id) - ${RECENT_ROWS - 1}`, 'max(id) + 1'))
}

/** The driver, for searches that do without an index. */
export function indexlessDriver(driver: SqlDriver): SqlDriver {
  const index = dialectOf(driver.dialect).searchIndex?.(resolveTableNames())
  return changed(driver, (sql) => (sql === index?.isPresent.sql ? 'select 1 where 1 = 0' : sql))
}

function changed(driver: SqlDriver, change: (sql: string) => string): SqlDriver {
  return {
    ...driver,
    batch(statements, options) {
      const isChanged = (statement: SqlStatement): SqlStatement => ({
        ...statement,
        sql: change(statement.sql),
      })
      return driver.batch(statements.map(isChanged), options)
    },
  }
}
