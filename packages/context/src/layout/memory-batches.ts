import {
  type BatchOptions,
  isStorageError,
  type SqlDriver,
  type SqlResult,
  type SqlStatement,
  StorageError,
  type TableGroup,
  TableMaker,
} from '@persql/session-core'
import type { MemoryDialect } from '../dialects/memory-dialect.ts'
import { memoryDialectOf } from '../dialects/memory-dialect-of.ts'

/** What is known of one database. */
interface Known {
  /** Whether there are indexes of a former layout; the next batch drops them. */
  hasFormerIndexes: boolean
  /** False where this SQLite was built without FTS5. */
  hasFts: boolean
}

/** A batch, with text indexes or without. The last one that it was asked for is the one that was run. */
type BatchFor = (hasTextIndex: boolean) => readonly SqlStatement[]

const knownByDriver = new WeakMap<SqlDriver, Known>()

/** The tables of one memory: runs batches on them, and makes them in the first one. */
export class MemoryBatches {
  readonly driver: SqlDriver
  readonly dialect: MemoryDialect
  readonly #maker: TableMaker
  readonly #known: Known

  constructor(driver: SqlDriver, createTables: boolean) {
    this.driver = driver
    this.dialect = memoryDialectOf(driver.dialect)
    this.#maker = new TableMaker(driver, createTables)
    this.#known = knownByDriver.get(driver) ?? { hasFormerIndexes: false, hasFts: true }
    knownByDriver.set(driver, this.#known)
  }

  /** Whether there are text indexes, as far as is known. */
  get hasTextIndex(): boolean {
    return this.#known.hasFts
  }

  /**
   * Runs the statements as one batch, together with those that make the tables. Resolves with an empty list where a
   * `readOnly` batch found no tables and may not make them: then nothing was ever remembered.
   */
  run(batch: readonly SqlStatement[], options: BatchOptions = {}): Promise<SqlResult[]> {
    return this.runFor(() => batch, options)
  }

  /** Runs a batch that depends on whether there are text indexes, otherwise as {@link run} does. */
  async runFor(batchFor: BatchFor, options: BatchOptions = {}): Promise<SqlResult[]> {
    const { hasFts } = this.#known
    try {
      return await this.#maker.run(batchFor(hasFts), this.#tables(), { ...ORDERED, ...options }, (error) =>
        this.#runWithoutTables(batchFor, options, error),
      )
    } catch (error) {
      if (!isWithoutFts(error)) throw error
      if (!hasFts) throw indexNeedsFts(error)
      this.#known.hasFts = false
      return this.runFor(batchFor, options)
    }
  }

  #tables(): readonly TableGroup[] {
    const known = this.#known
    const { tables, createIndexes, dropFormerIndexes } = this.dialect.layout
    if (!createIndexes || !known.hasFts) return [tables]
    const indexes: TableGroup = {
      name: 'ctx_memory_words',
      create: createIndexes,
      created: (results) => {
        known.hasFormerIndexes = results.at(-1)!.rows.length > 0
      },
    }
    if (!known.hasFormerIndexes || !dropFormerIndexes) return [tables, indexes]
    const dropped: TableGroup = {
      name: 'ctx_memory without former indexes',
      create: dropFormerIndexes,
      created: () => {
        known.hasFormerIndexes = false
      },
    }
    return [tables, indexes, dropped]
  }

  async #runWithoutTables(
    batchFor: BatchFor,
    { readOnly = false }: BatchOptions,
    cause: StorageError,
  ): Promise<SqlResult[]> {
    if (readOnly) {
      if (!(await this.#read([{ sql: 'select 1 from ctx_memory limit 1' }]))) return []
      // The rest may be there, with the indexes of a former layout.
      const withoutIndex = await this.#read(batchFor(false))
      if (withoutIndex) return withoutIndex
    }
    throw new StorageError(
      'NO_SUCH_TABLE',
      'The tables of the memory are missing, or some of them. Call `init()` once with the right to make tables.',
      { cause },
    )
  }

  /** Undefined where a table is missing. */
  async #read(batch: readonly SqlStatement[]): Promise<SqlResult[] | undefined> {
    try {
      return await this.driver.batch(batch, { readOnly: true })
    } catch (error) {
      if (isStorageError(error, 'NO_SUCH_TABLE')) return undefined
      throw error
    }
  }
}

/** The batches of a memory keep the order of the calls, and need not wait for those of sessions. */
const ORDERED: BatchOptions = { sessions: ['ctx_memory'] }

function isWithoutFts(error: unknown): boolean {
  return isStorageError(error) && /no such module: fts5/i.test(error.message)
}

function indexNeedsFts(cause: unknown): StorageError {
  return new StorageError(
    'SQL_ERROR',
    'This memory has a text index of a former version, or of another program, which needs FTS5, and this SQLite was ' +
      'built without it. Nothing was written. Write with an SQLite that has FTS5, such as that of @persql/driver-better-sqlite3.',
    { cause },
  )
}
