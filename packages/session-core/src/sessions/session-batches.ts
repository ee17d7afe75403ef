import { sessionStatements } from '../dialects/compile-session-statements.ts'
import { dialectOf } from '../dialects/dialect-of.ts'
import type { SessionDialect } from '../dialects/session-dialect.ts'
import type { SessionStatements } from '../dialects/session-statements.ts'
import type { BatchOptions, SqlDriver, SqlResult, SqlStatement } from '../driver/sql-driver.ts'
import { StorageError } from '../driver/storage-error.ts'
import { createUsageTable } from '../usage/usage-statements.ts'
import { runGuarded } from './guard.ts'
import { type ResolvedTableNames, resolveTableNames, type SessionTableNames } from './session-tables.ts'
import { type TableGroup, TableMaker, tableGroup } from './table-maker.ts'

export interface RunOptions extends BatchOptions {
  /** The table that the statements use beside the two. */
  readonly beside?: 'operations' | 'usage'
}

export interface SessionBatchesOptions extends SessionTableNames {
  /** Default: true. */
  readonly createTables?: boolean | undefined
}

/**
 * The session tables of one database: runs batches on them, and makes them in the first one that needs them, or ahead of
 * the first one that writes, where that has to be a transaction of its own.
 */
export class SessionBatches {
  readonly driver: SqlDriver
  readonly dialect: SessionDialect
  readonly names: ResolvedTableNames
  readonly statements: SessionStatements
  readonly #createTables: boolean
  readonly #maker: TableMaker
  readonly #tables: readonly TableGroup[]
  readonly #tablesBeside: { [Name in NonNullable<RunOptions['beside']>]?: readonly TableGroup[] } = {}

  constructor(driver: SqlDriver, options: SessionBatchesOptions = {}) {
    this.driver = driver
    this.dialect = dialectOf(driver.dialect)
    this.names = resolveTableNames(options, this.dialect.hasSchemas)
    this.statements = sessionStatements(this.dialect, this.names)
    this.#createTables = options.createTables ?? true
    this.#maker = new TableMaker(driver, this.#createTables, (statements, options) =>
      runGuarded(driver, statements, options, refused, (error) => this.#explained(error)),
    )
    const { sessions, messages } = this.names
    const { layout, marks } = this.statements
    const isApart = !this.readsMakeTables
    const makeMarks = marks?.create ?? []
    const tables = this.#group(sessions, layout.relations.tables, [
      ...layout.tables,
      ...(isApart ? [] : makeMarks),
    ])
    this.#tables = isApart
      ? [tables, { name: `${this.names.marks} ${messages}`, create: makeMarks, isApart }]
      : [tables]
  }

  #group(name: string, relations: readonly string[], create: readonly SqlStatement[]): TableGroup {
    return tableGroup(this.dialect.name, `${name} ${this.names.messages}`, relations, create)
  }

  #tablesFor(beside: RunOptions['beside']): readonly TableGroup[] {
    if (!beside) return this.#tables
    const known = this.#tablesBeside[beside]
    if (known) return known
    const { operations, relations } = this.statements.layout
    const { relations: made, create } =
      beside === 'usage'
        ? createUsageTable(this.dialect, this.names)
        : { relations: relations.operations, create: operations }
    const tables = [...this.#tables, this.#group(this.names[beside], made, create)]
    this.#tablesBeside[beside] = tables
    return tables
  }

  /**
   * Runs the statements as one batch, together with what is missing of the tables. Rejects with `HISTORY_CONFLICT` where
   * a {@link Guard} among them was refused, with the refusal as `cause`; where the engine does not tell the statement,
   * any broken constraint counts as theirs. Resolves with an empty list where a `readOnly` batch found no tables and
   * could not make them: then there are no sessions.
   */
  run(statements: readonly SqlStatement[], options: RunOptions = {}): Promise<SqlResult[]> {
    const tables = this.#tablesFor(options.beside)
    return this.#maker.run(statements, tables, options, (error) => {
      if (this.#createTables && options.readOnly) return []
      throw this.#tablesMissing(error, options)
    })
  }

  /** Whether the tables are there, made by this driver or found by it. */
  get areMade(): boolean {
    return this.#maker.hasMade(this.#tables)
  }

  /** Whether a batch that only reads makes them as well. */
  get readsMakeTables(): boolean {
    return this.dialect.makeApart === undefined
  }

  /** {@link run} for statements of one session. */
  runOn(
    session: string,
    statements: readonly SqlStatement[],
    options: RunOptions = {},
  ): Promise<SqlResult[]> {
    return this.run(statements, { ...options, sessions: [session] })
  }

  /** The statements of a change that adds no rows, behind what makes it the only one of its session. */
  locking(session: string, statements: readonly SqlStatement[]): readonly SqlStatement[] {
    const { lockSession } = this.statements
    return lockSession ? [lockSession({ session }), ...statements] : statements
  }

  /** On SQLite, triggers write to a table that somebody may have dropped. */
  #explained(error: StorageError): StorageError {
    const { unindexed } = this.names
    if (!isAbout(error, unindexed)) return error
    return new StorageError(
      'NO_SUCH_TABLE',
      `Table "${unindexed}" of the index for searches does not exist, and its triggers write there. Make the index anew ` +
        'by `indexItems`, or take away what is left of it by `dropItemIndex`.',
      { cause: error },
    )
  }

  #tablesMissing(cause: StorageError, { beside }: RunOptions): StorageError {
    const { names } = this
    if (isAbout(cause, names.unindexed)) return cause
    const others = beside ? `, "${names.messages}" or "${names[beside]}"` : ` or "${names.messages}"`
    return new StorageError(
      'NO_SUCH_TABLE',
      `Table "${names.sessions}"${others} does not exist. Run the ` +
        'statements of `sessionTablesSql()`, or leave `createTables` on and connect with the right to make tables.',
      { cause },
    )
  }
}

function isAbout({ code, message }: StorageError, table: string): boolean {
  return code === 'NO_SUCH_TABLE' && message.includes(table)
}

function refused(cause: StorageError): StorageError {
  return new StorageError('HISTORY_CONFLICT', 'The history is not what this change expects.', { cause })
}
