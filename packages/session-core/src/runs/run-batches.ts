import { dialectOf } from '../dialects/dialect-of.ts'
import type { BatchOptions, SqlDriver, SqlResult, SqlStatement } from '../driver/sql-driver.ts'
import { isStorageError, StorageError } from '../driver/storage-error.ts'
import { type RunStatements, runStatements } from './run-statements.ts'

const made = new WeakSet<SqlDriver>()

/** The tables of the runs of one database: runs batches on them, and makes them in the first batch that needs them. */
export class RunBatches {
  readonly statements: RunStatements
  readonly #driver: SqlDriver
  readonly #createTables: boolean

  constructor(driver: SqlDriver, createTables: boolean) {
    this.statements = runStatements(dialectOf(driver.dialect))
    this.#driver = driver
    this.#createTables = createTables
  }

  /**
   * Runs the statements as one batch, together with what is missing of the tables. Resolves with an empty list where
   * a `readOnly` batch found no tables: then there are no runs.
   */
  async run(statements: readonly SqlStatement[], options: BatchOptions = {}): Promise<SqlResult[]> {
    const makes = this.#createTables && !options.readOnly && !made.has(this.#driver)
    const missing = makes ? this.statements.createTables : []
    try {
      const results = await this.#driver.batch([...missing, ...statements], options)
      made.add(this.#driver)
      return results.slice(missing.length)
    } catch (error) {
      if (isStorageError(error, 'NO_SUCH_TABLE')) {
        if (options.readOnly) return []
        // Somebody dropped the tables after they were made here.
        if (made.delete(this.#driver) && this.#createTables) return this.run(statements, options)
        throw new StorageError(
          'NO_SUCH_TABLE',
          'The tables of runs do not exist. Leave `createTables` on, and connect with the right to make tables.',
          { cause: error },
        )
      }
      throw relative(error, missing.length)
    }
  }
}

/** The error as if the statements before had not been there. */
function relative(error: unknown, before: number): unknown {
  if (before === 0 || !isStorageError(error) || error.statementIndex === undefined) return error
  return new StorageError(error.code, error.message, {
    cause: error.cause ?? error,
    itemIndex: error.itemIndex,
    itemPath: error.itemPath,
    statementIndex: error.statementIndex < before ? undefined : error.statementIndex - before,
  })
}
