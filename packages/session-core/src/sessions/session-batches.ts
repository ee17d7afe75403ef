import { sessionStatements } from '../dialects/compile-session-statements.ts'
import { dialectOf } from '../dialects/dialect-of.ts'
import type { SessionStatements } from '../dialects/session-statements.ts'
import type { BatchOptions, SqlDriver, SqlResult, SqlStatement } from '../driver/sql-driver.ts'
import { isStorageError, StorageError } from '../driver/storage-error.ts'
import type { ResolvedTableNames } from './session-tables.ts'

export interface RunOptions extends BatchOptions {
  /** The statements use the table of operation ids. */
  readonly operations?: boolean
  /**
   * Those of the statements that break a constraint on purpose. Where one does, the batch rejects with
   * `HISTORY_CONFLICT`, and `cause` is the refusal. Where the engine does not tell the statement, any broken
   * constraint counts as theirs.
   */
  readonly guards?: readonly SqlStatement[]
}

interface Known {
  tables: boolean
  operations: boolean
}

const NOTHING: readonly SqlStatement[] = []

const knownByDriver = new WeakMap<SqlDriver, Map<string, Known>>()

/**
 * The session tables of one database: runs batches on them, and makes them in the first batch that needs them.
 * What was made is remembered per driver, so sessions share it.
 */
export class SessionBatches {
  readonly driver: SqlDriver
  readonly names: ResolvedTableNames
  readonly statements: SessionStatements
  readonly #createTables: boolean
  readonly #known: Known

  constructor(driver: SqlDriver, names: ResolvedTableNames, createTables: boolean) {
    this.driver = driver
    this.names = names
    this.statements = sessionStatements(dialectOf(driver.dialect), names)
    this.#createTables = createTables
    const byNames = knownByDriver.get(driver) ?? new Map<string, Known>()
    knownByDriver.set(driver, byNames)
    const key = `${names.sessions} ${names.messages}`
    this.#known = byNames.get(key) ?? { tables: false, operations: false }
    byNames.set(key, this.#known)
  }

  /**
   * Runs the statements as one batch, together with what is missing of the tables. Resolves with an empty list where
   * a `readOnly` batch found no tables and could not make them: then there are no sessions.
   */
  async run(statements: readonly SqlStatement[], options: RunOptions = {}): Promise<SqlResult[]> {
    const missing = this.#missing(options)
    try {
      if (missing === NOTHING) return await this.#batch(statements, options)
      const results = await this.#batch([...missing, ...statements], { ...options, readOnly: false })
      this.#remember(options)
      return results.slice(missing.length)
    } catch (error) {
      if (missing !== NOTHING && isStorageError(error, 'READ_ONLY')) {
        return this.#runWithoutMaking(statements, options)
      }
      if (!isStorageError(error, 'NO_SUCH_TABLE')) throw error
      if (!this.#createTables) throw this.#tablesMissing(error, options)
      if (missing !== NOTHING) throw error
      // Somebody dropped the tables after they were made here.
      Object.assign(this.#known, { tables: false, operations: false })
      return this.run(statements, options)
    }
  }

  async #batch(statements: readonly SqlStatement[], options: RunOptions): Promise<SqlResult[]> {
    try {
      return await this.driver.batch(statements, options)
    } catch (error) {
      if (!options.guards || !isStorageError(error, 'CONSTRAINT')) throw error
      const { statementIndex } = error
      const isRefusal =
        statementIndex === undefined || options.guards.some((guard) => guard === statements[statementIndex])
      if (!isRefusal) throw error
      throw new StorageError('HISTORY_CONFLICT', 'The history is not what this change expects.', {
        cause: error,
      })
    }
  }

  #remember({ operations = false }: RunOptions) {
    this.#known.tables = true
    this.#known.operations ||= operations
  }

  #missing({ operations = false }: RunOptions): readonly SqlStatement[] {
    const needsTables = !this.#known.tables
    const needsOperations = operations && !this.#known.operations
    if (!this.#createTables || !(needsTables || needsOperations)) return NOTHING
    const { createTables, createOperations } = this.statements
    return [...(needsTables ? createTables : NOTHING), ...(needsOperations ? createOperations : NOTHING)]
  }

  async #runWithoutMaking(statements: readonly SqlStatement[], options: RunOptions): Promise<SqlResult[]> {
    try {
      const results = await this.#batch(statements, options)
      this.#remember(options)
      return results
    } catch (error) {
      if (!isStorageError(error, 'NO_SUCH_TABLE')) throw error
      if (options.readOnly) return []
      throw this.#tablesMissing(error, options)
    }
  }

  #tablesMissing(cause: unknown, { operations = false }: RunOptions): StorageError {
    const { sessions, messages, operations: operationIds } = this.names
    const others = operations ? `, "${messages}" or "${operationIds}"` : ` or "${messages}"`
    return new StorageError(
      'NO_SUCH_TABLE',
      `Table "${sessions}"${others} does not exist. Run the ` +
        'statements of `sessionTablesSql()`, or leave `createTables` on and connect with the right to make tables.',
      { cause },
    )
  }
}
