import { isStorageError, type SqlDriver, type SqlResult, type SqlValue } from '@persql/session-core'
import { indexUnindexed } from '../layout/index-unindexed.ts'
import { MemoryBatches } from '../layout/memory-batches.ts'
import { type RawKind, rawMemoryStatements } from './raw-memory-statements.ts'

/** The kinds of rows that a memory has, in the order in which they can be written. */
export const RAW_MEMORY_KINDS = ['facts', 'episodes', 'entities', 'links', 'working'] as const

export type RawMemoryKind = (typeof RAW_MEMORY_KINDS)[number]

/**
 * A row as it is stored, by its columns. A fact has the session that it was learnt in, `session_id`; a fact and an
 * episode have their `vector` and its `version`.
 */
export type RawMemoryRow = Readonly<Record<string, SqlValue>>

export interface RawMemoryOptions {
  /** Whether the tables are made where they are missing. Default: true. */
  readonly createTables?: boolean | undefined
}

/** What became of a row. */
export interface RawMemoryOutcome {
  /** Whether something was written. */
  readonly isWritten: boolean
  /** Whether the database has the row now as it was given; otherwise it has another one in its place. */
  readonly isSame: boolean
}

/** A row takes up to four statements, and a server may take no more than a hundred in one batch. */
const ROWS = 20

/**
 * The memory of a database as it is stored, for copies that lose nothing: ids, origins, times, vectors and links. Text
 * indexes are not part of it; they follow from {@link index}. What has expired of working memory is left out. Every
 * rejection is a `StorageError`.
 */
export class RawMemory {
  readonly #batches: MemoryBatches
  readonly #statements: ReturnType<typeof rawMemoryStatements>

  constructor(driver: SqlDriver, { createTables = true }: RawMemoryOptions = {}) {
    this.#batches = new MemoryBatches(driver, createTables)
    this.#statements = rawMemoryStatements(this.#batches.dialect)
  }

  /** Resolves with the number of rows of each kind; zeros where there are no tables. One batch. */
  async counts(): Promise<Record<RawMemoryKind, number>> {
    const now = Date.now()
    const statements = RAW_MEMORY_KINDS.map((kind) => this.#statements.counts[kind]({ now }))
    const results = await this.#batches.run(statements, { readOnly: true })
    return Object.fromEntries(
      RAW_MEMORY_KINDS.map((kind, index) => [kind, Number(results[index]?.rows[0]?.[0] ?? 0)]),
    ) as Record<RawMemoryKind, number>
  }

  /**
   * Gives all rows of a kind, in pages of up to 20, or of fewer where the database refuses an answer as too large:
   * facts and episodes in the order in which they were written, others in that of their keys. A batch for each page.
   */
  async *read(kind: RawMemoryKind): AsyncGenerator<readonly RawMemoryRow[]> {
    const { read, columns, start } = this.#statements.kinds[kind]
    const now = Date.now()
    let after: RawMemoryRow = start
    for (let limit = ROWS; ; ) {
      let result: SqlResult | undefined
      try {
        ;[result] = await this.#batches.run([read({ ...after, now, limit })], { readOnly: true })
      } catch (error) {
        if (limit === 1 || !isStorageError(error, 'TOO_LARGE')) throw error
        limit = Math.ceil(limit / 4)
        continue
      }
      const rows = (result?.rows ?? []).map((cells) => toRow(columns, cells))
      const last = rows.at(-1)
      if (!last) return
      yield rows
      after = last
    }
  }

  /**
   * Writes the rows that are missing, and facts and working memory that are newer than what is there, then reads all
   * back; with `overwrite`, whatever is there. Up to 20 rows are one atomic batch, or fewer where the database refuses
   * it as too large, and a change by somebody else in between is never written over without `overwrite`. Where an
   * episode has no `last_row`, the rows that it sums up stay what they are.
   */
  async write(
    kind: RawMemoryKind,
    rows: readonly RawMemoryRow[],
    { overwrite = false }: { readonly overwrite?: boolean | undefined } = {},
  ): Promise<RawMemoryOutcome[]> {
    if (rows.length === 0) return []
    const raw = this.#statements.kinds[kind]
    const statements = overwrite ? raw.overwrite : raw.write
    try {
      if (rows.length > ROWS) return await this.#writeHalves(kind, rows, overwrite)
      const results = await this.#batches.run(rows.flatMap((row) => statements.map((bind) => bind(row))))
      const found = await this.#batches.run(
        rows.map((row) => raw.find(row)),
        { readOnly: true },
      )
      return rows.map((row, index) => {
        const own = results.slice(index * statements.length, (index + 1) * statements.length)
        const cells = found[index]?.rows[0]
        return {
          isWritten: own.some((result) => result.rows.length > 0),
          isSame: cells !== undefined && isSame(raw, toRow(raw.columns, cells), row),
        }
      })
    } catch (error) {
      if (rows.length === 1 || !isStorageError(error, 'TOO_LARGE')) throw error
      return this.#writeHalves(kind, rows, overwrite)
    }
  }

  async #writeHalves(
    kind: RawMemoryKind,
    rows: readonly RawMemoryRow[],
    overwrite: boolean,
  ): Promise<RawMemoryOutcome[]> {
    const half = Math.ceil(rows.length / 2)
    const first = await this.write(kind, rows.slice(0, half), { overwrite })
    return [...first, ...(await this.write(kind, rows.slice(half), { overwrite }))]
  }

  /** Brings the text indexes up to date with what was written. */
  async index(): Promise<void> {
    if (this.#batches.hasTextIndex) await indexUnindexed(this.#batches)
  }

  /** The parts of a row by which it is compared, as text. */
  textOf(kind: RawMemoryKind, row: RawMemoryRow): string {
    return textOf(this.#statements.kinds[kind], row, row)
  }
}

function toRow(columns: readonly string[], cells: readonly SqlValue[]): RawMemoryRow {
  return Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? null]))
}

function isSame(kind: RawKind, found: RawMemoryRow, given: RawMemoryRow): boolean {
  const hasRows = given['last_row'] == null || found['last_row'] === given['last_row']
  return hasRows && textOf(kind, found, given) === textOf(kind, given, given)
}

/** A vector counts where `like` has one: that of another database is no part of what was given. */
function textOf({ compared }: RawKind, row: RawMemoryRow, like: RawMemoryRow): string {
  const columns = like['vector'] == null ? compared : [...compared, 'version', 'vector']
  return JSON.stringify(columns.map((column) => toText(row[column] ?? null)))
}

function toText(value: SqlValue): string | number | null {
  if (value instanceof Uint8Array) return Array.from(value, (byte) => byte.toString(16)).join(' ')
  return typeof value === 'bigint' ? Number(value) : value
}
