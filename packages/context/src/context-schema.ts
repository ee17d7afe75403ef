import {
  type BatchOptions,
  isStorageError,
  type SqlDriver,
  type SqlResult,
  type SqlStatement,
  StorageError,
} from '@persql/session-core'
import { layout } from './context-layout.ts'

/** What is known of the tables of one database. */
interface Known {
  made: boolean
  /** False where this SQLite was built without FTS5. */
  fts: boolean
}

const knownByDriver = new WeakMap<SqlDriver, Known>()

/**
 * The tables of one database: runs batches on them, and makes them in the first one. What was made is remembered per
 * driver, so stores share it.
 */
export class ContextSchema {
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
    this.#known = knownByDriver.get(driver) ?? { made: false, fts: true }
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
    return this.runChosen(() => batch, options)
  }

  /** The same, for a batch that depends on whether there are text indexes. */
  async runChosen(
    choose: (hasTextIndex: boolean) => readonly SqlStatement[],
    options: BatchOptions = {},
  ): Promise<SqlResult[]> {
    const { fts } = this.#known
    const batch = choose(fts)
    const missing = this.#missing()
    try {
      if (missing.length === 0) return await this.driver.batch(batch, options)
      const results = await this.driver.batch([...missing, ...batch])
      this.#known.made = true
      return results.slice(missing.length)
    } catch (error) {
      if (isWithoutFts(error)) {
        if (!fts) throw indexNeedsFts(error)
        this.#known.fts = false
        return this.runChosen(choose, options)
      }
      if (missing.length > 0 && isStorageError(error, 'READ_ONLY'))
        return this.#runWithoutMaking(batch, options)
      if (!isStorageError(error, 'NO_SUCH_TABLE')) throw error
      if (!this.#createTables) return this.#withoutTables(error, options)
      if (missing.length > 0) throw error
      // Somebody dropped the tables after they were made here.
      this.#known.made = false
      return this.runChosen(choose, options)
    }
  }

  #missing(): readonly SqlStatement[] {
    if (this.#known.made || !this.#createTables) return []
    return this.#known.fts ? [...layout.createTables, ...layout.createIndexes] : layout.createTables
  }

  async #runWithoutMaking(batch: readonly SqlStatement[], options: BatchOptions): Promise<SqlResult[]> {
    try {
      const results = await this.driver.batch(batch, options)
      this.#known.made = true
      return results
    } catch (error) {
      if (!isStorageError(error, 'NO_SUCH_TABLE')) throw error
      return this.#withoutTables(error, options)
    }
  }

  async #withoutTables(cause: StorageError, { readOnly = false }: BatchOptions): Promise<SqlResult[]> {
    if (readOnly && !(await this.#hasMemory())) return []
    throw new StorageError(
      'NO_SUCH_TABLE',
      'The tables of the memory are missing, or some of them. Call `init()` once with the right to make tables.',
      { cause },
    )
  }

  async #hasMemory(): Promise<boolean> {
    try {
      await this.driver.batch([{ sql: 'select 1 from ctx_memory limit 1' }], { readOnly: true })
      return true
    } catch (error) {
      if (isStorageError(error, 'NO_SUCH_TABLE')) return false
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
    'This memory has text indexes that need FTS5, and this SQLite was built without it. Nothing was written. ' +
      'Write with an SQLite that has FTS5, such as that of @persql/driver-better-sqlite3.',
    { cause },
  )
}
