import { type DatabaseHandle, type SqlDriver, StorageError, toSqlDriver } from '@persql/session-core'
import {
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { BatchDriver } from './batch-driver.ts'
import { PerSQLAdapter } from './persql-adapter.ts'

/** Where the SQL runs: a driver of dialect `sqlite`, or a PerSQL database handle. Either stays yours to close. */
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
 * Access mode `read only`, and isolation levels other than `serializable`, reject with `INVALID_ARGUMENT`.
 */
export class PerSQLDialect implements Dialect {
  readonly #driver: SqlDriver

  constructor(config: PerSQLDialectConfig) {
    this.#driver = toSqlDriver(config.driver ?? config.database)
    if (this.#driver.dialect !== 'sqlite') {
      throw new StorageError(
        'INVALID_ARGUMENT',
        `PerSQLDialect needs a driver of dialect "sqlite"; this one says "${this.#driver.dialect}".`,
      )
    }
  }

  createDriver(): Driver {
    return new BatchDriver(this.#driver)
  }

  createAdapter(): DialectAdapter {
    return new PerSQLAdapter(this.#driver)
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler()
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(db)
  }
}
