import { sessionStatements } from '../dialects/session-statements.ts'
import { resolveTableNames, type SessionTableNames } from './session-tables.ts'

/** The statements that make the tables, for a migration of your own. Each does nothing to what exists already. */
export function sessionTablesSql(names: SessionTableNames = {}): string[] {
  const { createTables, createOperations } = sessionStatements(resolveTableNames(names))
  return [...createTables, ...createOperations].map(({ sql }) => sql)
}
