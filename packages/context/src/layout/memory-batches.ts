import {
  type BatchOptions,
  isStorageError,
  type SqlDriver,
  type SqlResult,
  type SqlStatement,
  StorageError,
} from '@persql/session-core'
import { memoryLayout } from './memory-layout.ts'

/** What is known of the tables of one database. */
interface Known {
  made: boolean
  /** Whether there are indexes of a former layout; the next batch drops them. */
  former: boolean
  /** False where this SQLite was built without FTS5. */
  fts: boolean
}

/** The batch, with text indexes or without. The last one that it was asked for is the one that was run. */
type Choose = (hasTextIndex: boolean) => readonly SqlStatement[]

const knownByDriver = new WeakMap<SqlDriver, Known>()

/**
 * The tables of one database: runs batches on them, and makes them in the first one. What was made is remembered per
 * driver, so stores share it.
 */
export class MemoryBatches {
  readonly driver: SqlDriver
  readonly #createTables: boolean
  readonly #known: Known

  constructor(driver: SqlDriver, createTables: boolean) {
    if (driver.dialect !== 'sqlite') {
      throw new StorageError(
        'INVALID_ARGUMENT',
        `A memory needs a driver of dialect "sqlite"; this one says "${driver.dialect}".`,
      )
    }
    this.driver = driver
    this.#createTables = createTables
    this.#known = knownByDriver.get(driver) ?? { made: false, former: false, fts: true }
    knownByDriver.set(driver, this.#known)
  }

  /** Whether there are text indexes, as far as is known. */
  get hasTextIndex(): boolean {
    return this.#known.fts
  }

  /**
   * Runs the statements as one batch, together with those that make the tables. Resolves with an empty list where a
   * `readOnly` batch found no tables and may not make them: then nothing was ever remembered.
   */
  async run(batch: readonly SqlStatement[], options: BatchOptions = {}): Promise<SqlResult[]> {
    return this.runFor(() => batch, options)
  }

  /** The same, for a batch that depends on whether there are text indexes. */
  async runFor(choose: Choose, options: BatchOptions = {}): Promise<SqlResult[]> {
    const { fts } = this.#known
    const batch = choose(fts)
    const missing = this.#missing()
    try {
      if (missing.length === 0) return await this.driver.batch(batch, options)
      const results = await this.driver.batch([...missing, ...batch])
      this.#known.made = true
      this.#known.former = results[missing.length - 1]!.rows.length > 0
      return results.slice(missing.length)
    } catch (error) {
      if (isWithoutFts(error)) {
        if (!fts) throw indexNeedsFts(error)
        this.#known.fts = false
        return this.runFor(choose, options)
      }
      if (missing.length > 0 && isStorageError(error, 'READ_ONLY'))
        return this.#runWithoutMaking(choose, options)
      if (!isStorageError(error, 'NO_SUCH_TABLE')) throw error
      if (!this.#createTables) return this.#withoutTables(choose, options, error)
      if (missing.length > 0) throw error
      // Somebody dropped the tables after they were made here.
      this.#known.made = false
      return this.runFor(choose, options)
    }
  }

  #missing(): readonly SqlStatement[] {
    const { made, former, fts } = this.#known
    if (made) return former ? memoryLayout.dropFormerIndexes : []
    if (!this.#createTables) return []
    return fts ? [...memoryLayout.createTables, ...memoryLayout.createIndexes] : memoryLayout.createTables
  }

  async #runWithoutMaking(choose: Choose, options: BatchOptions): Promise<SqlResult[]> {
    try {
      const results = await this.driver.batch(choose(this.#known.fts), options)
      this.#known.made = true
      return results
    } catch (error) {
      if (!isStorageError(error, 'NO_SUCH_TABLE')) throw error
      return this.#withoutTables(choose, options, error)
    }
  }

  async #withoutTables(
    choose: Choose,
    { readOnly = false }: BatchOptions,
    cause: StorageError,
  ): Promise<SqlResult[]> {
    if (readOnly) {
      if (!(await this.#read([{ sql: 'select 1 from ctx_memory limit 1' }]))) return []
      // The rest may be there, with the indexes of a former layout.
      const withoutIndex = await this.#read(choose(false))
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
