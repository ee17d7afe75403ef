import { dialectOf } from '../dialects/dialect-of.ts'
import type { SqlDialect } from '../driver/sql-driver.ts'
import { resolveTableNames, type SessionTableNames } from './session-tables.ts'

/**
 * The statements that make the tables, for a migration of your own. Each does nothing to what exists already. Throws
 * `INVALID_ARGUMENT` for a kind of SQL that sessions do not speak.
 */
export function sessionTablesSql(name: SqlDialect, names: SessionTableNames = {}): string[] {
  const dialect = dialectOf(name)
  const { tables, operations } = dialect.layout(resolveTableNames(names, dialect.hasSchemas))
  return [...tables, ...operations].map(({ sql }) => sql)
}
