import type { SqlDriver } from '../driver/sql-driver.ts'
import type { DialectStatements } from './dialects/dialect-statements.ts'

/** What a case of the suite works with. */
export interface SqlDriverCase {
  /** A driver on an empty database, which no other case has. */
  readonly driver: SqlDriver
  /** What to say in the kind of SQL of the driver. */
  readonly sql: DialectStatements
  /** Another driver on the same database. */
  again(): Promise<SqlDriver>
}

/** Declares one case, as `test` of vitest does, which skips it or expects its failure where the driver is exempt. */
export type TestCase = (name: string, run: (given: SqlDriverCase) => Promise<void>) => void
