import { type DatabaseHandle, type SqlDriver, StorageError, toSqlDriver } from '@persql/session-core'
import {
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryCompiler,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { BatchDriver } from './batch-driver.ts'
import { PerSQLAdapter, PerSQLPostgresAdapter } from './persql-adapter.ts'

/** Where the SQL runs: a driver of dialect `sqlite` or `postgres`, or a PerSQL database handle. Either stays yours to close. */
export type PerSQLDialectConfig =
  | { readonly driver: SqlDriver; readonly database?: never }
  | { readonly database: DatabaseHandle; readonly driver?: never }

/**
 * Kysely on a `SqlDriver`. Every statement is one batch; statements run at the same time where the driver lets them.
 *
 * A transaction collects its statements and sends them as one batch when it commits; a rollback forgets them.
 * What they would return is therefore not known inside the transaction:
 *
 * - A select, `returning`, `explain` and raw SQL reject with `INVALID_STATEMENT`. Read before the transaction, or
 *   pass all statements to `driver.batch()`, which returns their results.
 * - The numbers of affected rows are 0 and insert ids are undefined.
 * - A constraint is checked at the commit. When that rejects, `statementIndex` counts the statements of the
 *   transaction, and nothing was written.
 *
 * Access mode `read only`, and isolation levels other than the driver's, `serializable` on SQLite and `read committed`
 * on PostgreSQL, reject with `INVALID_ARGUMENT`.
 *
 * Cells are those of the driver: on PostgreSQL booleans are 1 and 0, and times are text.
 */
export class PerSQLDialect implements Dialect {
  readonly #driver: SqlDriver

  constructor(config: PerSQLDialectConfig) {
    this.#driver = toSqlDriver(config.driver ?? config.database)
    const { dialect } = this.#driver
    if (dialect !== 'sqlite' && dialect !== 'postgres') {
      throw new StorageError(
        'INVALID_ARGUMENT',
        `PerSQLDialect needs a driver of dialect "sqlite" or "postgres"; this one says "${dialect}".`,
      )
    }
  }

  createDriver(): Driver {
    return new BatchDriver(this.#driver)
  }

  createAdapter(): DialectAdapter {
    return this.#isPostgres ? new PerSQLPostgresAdapter(this.#driver) : new PerSQLAdapter(this.#driver)
  }

  createQueryCompiler(): QueryCompiler {
    return this.#isPostgres ? new PostgresQueryCompiler() : new SqliteQueryCompiler()
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return this.#isPostgres ? new PostgresIntrospector(db) : new SqliteIntrospector(db)
  }

  get #isPostgres(): boolean {
    return this.#driver.dialect === 'postgres'
  }
}
