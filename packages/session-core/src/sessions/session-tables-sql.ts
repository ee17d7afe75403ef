import { dialectOf } from '../dialects/dialect-of.ts'
import type { SqlDialect } from '../driver/sql-driver.ts'
import { createUsageTable } from '../usage/usage-statements.ts'
import { resolveTableNames, type SessionTableNames } from './session-tables.ts'

/**
 * The statements that make the tables, for a migration of your own. Each does nothing to what exists already. Throws
 * `INVALID_ARGUMENT` for a kind of SQL that sessions do not speak.
 */
export function sessionTablesSql(name: SqlDialect, names: SessionTableNames = {}): string[] {
  const dialect = dialectOf(name)
  const resolved = resolveTableNames(names, dialect.hasSchemas)
  const { tables, operations } = dialect.layout(resolved)
  // Where reads do not make tables, marks that a migration has made are used.
  const marks = dialect.makeApart ? dialect.marks?.(resolved).create : undefined
  const usage = createUsageTable(dialect, resolved).create
  return [...tables, ...(marks ?? []), ...operations, ...usage].map(({ sql }) => sql)
}
