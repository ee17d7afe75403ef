import type { SqlDialect } from '../../driver/sql-driver.ts'
import type { DialectStatements } from './dialect-statements.ts'
import { postgresStatements } from './postgres.ts'
import { sqliteStatements } from './sqlite.ts'

const STATEMENTS: Readonly<Partial<Record<SqlDialect, DialectStatements>>> = {
  sqlite: sqliteStatements,
  postgres: postgresStatements,
}

/** The statements of the kind of SQL that a driver names. */
export function statementsOf(dialect: SqlDialect): DialectStatements {
  const statements = STATEMENTS[dialect]
  if (!statements) throw new Error(`The kit has no statements of the dialect "${dialect}".`)
  return statements
}
