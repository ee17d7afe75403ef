import { sessionStatements } from '../dialects/compile-session-statements.ts'
import { sqliteDialect } from '../dialects/sqlite/sqlite-dialect.ts'
import { resolveTableNames, type SessionTableNames } from './session-tables.ts'

/** The statements that make the tables, for a migration of your own. Each does nothing to what exists already. */
export function sessionTablesSql(names: SessionTableNames = {}): string[] {
  const { createTables, createOperations } = sessionStatements(sqliteDialect, resolveTableNames(names))
  return [...createTables, ...createOperations].map(({ sql }) => sql)
}
