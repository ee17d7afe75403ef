import { dialectOf } from '../dialects/dialect-of.ts'
import type { BatchOptions, SqlDialect, SqlDriver, SqlResult, SqlStatement } from '../driver/sql-driver.ts'
import { isStorageError, type StorageError } from '../driver/storage-error.ts'

/** Tables that are made together. */
export interface TableGroup {
  /** What the group is remembered by: another name for each group of a database. */
  readonly name: string
  /** The statements that make the tables, in order. Each of them does nothing to what exists. */
  readonly create: readonly SqlStatement[]
  /** Whether they must be a transaction of their own, the `setup` of the batch. Default: false. */
  readonly isApart?: boolean
  /** Told of the results of `create`, once its batch has taken effect. Never where `isApart`. */
  created?(results: readonly SqlResult[]): void
}

/** The group of some relations, made as this kind of SQL wants it. */
export function tableGroup(
  dialect: SqlDialect,
  name: string,
  relations: readonly string[],
  create: readonly SqlStatement[],
): TableGroup {
  const { makeApart } = dialectOf(dialect)
  return makeApart ? { name, create: [makeApart(relations, create)], isApart: true } : { name, create }
}

/** What a batch resolves with that found no tables and may not make them; or it throws. */
export type WithoutTables = (error: StorageError) => SqlResult[] | Promise<SqlResult[]>

const madeByDriver = new WeakMap<SqlDriver, Set<string>>()

/**
 * Runs batches on one database, and makes the tables in the first one that needs them. What was made is remembered for
 * each driver, so all makers of a driver share it.
 */
export class TableMaker {
  readonly #createTables: boolean
  readonly #batch: SqlDriver['batch']
  readonly #made: Set<string>

  /** With `createTables` false, somebody else makes the tables. `batch` is how batches reach the driver. */
  constructor(
    driver: SqlDriver,
    createTables: boolean,
    batch: SqlDriver['batch'] = (statements, options) => driver.batch(statements, options),
  ) {
    this.#createTables = createTables
    this.#batch = batch
    this.#made = madeByDriver.get(driver) ?? new Set()
    madeByDriver.set(driver, this.#made)
  }

  /** Whether the tables are known to be made, as far as they could be. */
  hasMade(tables: readonly TableGroup[]): boolean {
    return tables.every(({ name }) => this.#made.has(name))
  }

  /**
   * Runs the statements as one batch, behind those that make what is missing of the tables. Where the right to make
   * them is missing, they run without. Where somebody has dropped tables that were made here, they are made again. Tables
   * that are made apart are not made for a batch that only reads.
   */
  run(
    statements: readonly SqlStatement[],
    tables: readonly TableGroup[],
    options: BatchOptions,
    withoutTables: WithoutTables,
  ): Promise<SqlResult[]> {
    const missing = this.#createTables && !this.hasMade(tables) ? this.#missing(tables, options) : NONE
    const running =
      missing.length === 0 ? this.#batch(statements, options) : this.#runMaking(missing, statements, options)
    return running.catch((error: unknown) => {
      if (missing.length > 0 && isStorageError(error, 'READ_ONLY')) {
        return this.#runWithoutMaking(statements, missing, options, withoutTables)
      }
      if (!isStorageError(error, 'NO_SUCH_TABLE')) throw error
      if (!this.#createTables) return withoutTables(error)
      if (missing.length > 0) throw error
      for (const { name } of tables) this.#made.delete(name)
      if (options.readOnly && tables.some(({ isApart }) => isApart)) return withoutTables(error)
      return this.run(statements, tables, options, withoutTables)
    })
  }

  #missing(tables: readonly TableGroup[], { readOnly }: BatchOptions): readonly TableGroup[] {
    return tables.filter(({ name, isApart }) => !this.#made.has(name) && !(isApart && readOnly))
  }

  async #runMaking(
    missing: readonly TableGroup[],
    statements: readonly SqlStatement[],
    options: BatchOptions,
  ): Promise<SqlResult[]> {
    const setup = missing.flatMap(({ create, isApart }) => (isApart ? create : []))
    const making = missing.flatMap(({ create, isApart }) => (isApart ? [] : create))
    const results = await this.#batch([...making, ...statements], {
      ...options,
      ...(setup.length > 0 && { setup }),
      readOnly: false,
    })
    let first = 0
    for (const { name, create, isApart, created } of missing) {
      this.#made.add(name)
      if (isApart) continue
      created?.(results.slice(first, first + create.length))
      first += create.length
    }
    return results.slice(first)
  }

  async #runWithoutMaking(
    statements: readonly SqlStatement[],
    missing: readonly TableGroup[],
    options: BatchOptions,
    withoutTables: WithoutTables,
  ): Promise<SqlResult[]> {
    try {
      const results = await this.#batch(statements, options)
      for (const { name } of missing) this.#made.add(name)
      return results
    } catch (error) {
      if (!isStorageError(error, 'NO_SUCH_TABLE')) throw error
      return withoutTables(error)
    }
  }
}

const NONE: readonly TableGroup[] = []
