import { dialectOf } from '../dialects/dialect-of.ts'
import type { SqlDriver, SqlResult, SqlStatement } from '../driver/sql-driver.ts'
import { isStorageError, StorageError } from '../driver/storage-error.ts'
import { guard, runGuarded } from '../sessions/guard.ts'
import { type TableGroup, TableMaker, tableGroup } from '../sessions/table-maker.ts'
import { type RunStatements, runStatements } from './run-statements.ts'
import { RUN_RELATIONS } from './run-tables.ts'

/** The tables of the runs of one database: runs batches on them, and makes them in the first one that writes. */
export class RunBatches {
  readonly statements: RunStatements
  readonly #driver: SqlDriver
  readonly #maker: TableMaker
  readonly #tables: readonly TableGroup[]

  constructor(driver: SqlDriver, createTables: boolean) {
    const dialect = dialectOf(driver.dialect)
    this.statements = runStatements(dialect)
    this.#driver = driver
    this.#maker = new TableMaker(driver, createTables, (statements, options) =>
      runGuarded(driver, statements, options, refused),
    )
    this.#tables = [tableGroup(dialect.name, 'agent_runs', RUN_RELATIONS, this.statements.createTables)]
  }

  /** Reads, in one batch. Resolves with an empty list where there are no tables: then there are no runs. */
  async read(statements: readonly SqlStatement[]): Promise<SqlResult[]> {
    try {
      return await this.#driver.batch(statements, { readOnly: true })
    } catch (error) {
      if (isStorageError(error, 'NO_SUCH_TABLE')) return []
      throw error
    }
  }

  /** Writes, in one batch, together with what is missing of the tables. */
  write(statements: readonly SqlStatement[]): Promise<SqlResult[]> {
    return this.#maker.run(statements, this.#tables, {}, (cause) => {
      throw new StorageError(
        'NO_SUCH_TABLE',
        'The tables of runs do not exist. Leave `createTables` on, and connect with the right to make tables.',
        { cause },
      )
    })
  }

  /**
   * Writes, in one batch, if the claim with this fence still holds, and prolongs it. Rejects with `CLAIM_LOST` where it
   * does not, and has changed nothing.
   */
  writeHeld(
    hold: { readonly run: string; readonly fence: number },
    until: number,
    statements: readonly SqlStatement[],
  ): Promise<SqlResult[]> {
    const { renew, expectHeld } = this.statements
    const held = { run: hold.run, fence: hold.fence, now: Date.now() }
    return this.write([renew({ ...held, until }), guard(expectHeld(held)), ...statements])
  }
}

function refused(cause: StorageError): StorageError {
  return new StorageError('CLAIM_LOST', 'The claim no longer holds.', { cause })
}
