import type { SqlDriver } from '../driver/sql-driver.ts'

/** What a case of the suite works with. */
export interface SqlDriverCase {
  readonly driver: SqlDriver
  /** Another driver on the same database. */
  again(): Promise<SqlDriver>
}
