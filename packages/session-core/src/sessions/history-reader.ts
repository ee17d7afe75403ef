import type { SqlResult, SqlStatement, SqlValue } from '../driver/sql-driver.ts'
import { isStorageError } from '../driver/storage-error.ts'
import { identifyItem } from '../items/identify-item.ts'
import type { ItemCodec } from '../items/item-codec.ts'
import { turnStarts } from '../items/turn-starts.ts'
import { CachedReader, onlyColumn } from './cached-reader.ts'
import { checkSessionId } from './check-id.ts'
import { checkLimit } from './check-limit.ts'
import type { HistoryCache } from './history-cache.ts'
import { readInPages } from './read-in-pages.ts'
import type { SessionBatches } from './session-batches.ts'

/** A row that could not be turned into an item. Holds nothing of its content. */
export interface CorruptRow {
  readonly sessionId: string
  readonly table: string
  readonly rowId: number
  /** Whether the row was removed, by a pop that went on to the next valid item. */
  readonly dropped: boolean
  /** What the codec threw. An error of `jsonCodec` quotes nothing of the row; one of another codec may. */
  readonly error: unknown
}

/** Which part of a history to read: all of it, the latest `items`, or the latest `turns`. */
export type HistoryWindow =
  | { readonly items?: number; readonly turns?: never }
  | { readonly turns: number; readonly items?: never }

export interface DatedItem<Item> {
  readonly rowId: number
  readonly item: Item
  readonly createdAt: Date
}

export interface HistoryPage<Item> {
  /** The items of the page, oldest first. */
  readonly items: DatedItem<Item>[]
  /** The `before` with which the page before this one is read; absent where this is the oldest. */
  readonly before?: number
}

/** One row of a session. */
export interface Row<Item> {
  readonly id: number
  readonly createdAt: string
  /** Absent where the row is corrupt; then `error` says why. */
  readonly decoded?: { readonly item: Item }
  readonly error?: unknown
}

const READ_ONLY = { readOnly: true }
const TOO_LARGE = 'TOO_LARGE'

/**
 * Reads rows and decodes them. Of what does not decode it tells `onCorruptRow`. What does not fit into one answer is
 * read in pages.
 */
export class HistoryReader<Item> {
  readonly #batches: SessionBatches
  readonly #codec: ItemCodec<Item>
  readonly #onCorruptRow: (row: CorruptRow) => void
  readonly #cached: CachedReader<Item> | undefined

  constructor(
    batches: SessionBatches,
    codec: ItemCodec<Item>,
    cache: HistoryCache | undefined,
    onCorruptRow = warnOfCorruptRow,
  ) {
    this.#batches = batches
    this.#codec = codec
    this.#cached = cache && new CachedReader(batches, codec, cache)
    this.#onCorruptRow = onCorruptRow
  }

  /** Throws for text that is not an item, and for what is not text. */
  decode(text: SqlValue | undefined): Item {
    if (typeof text !== 'string') throw new TypeError('The row does not hold text.')
    return this.#codec.decode(text)
  }

  report(sessionId: string, rowId: number, dropped: boolean, error: unknown): void {
    this.#onCorruptRow({ sessionId, table: this.#batches.names.messages, rowId, dropped, error })
  }

  /** Reads all of the session next time, because it is about to be changed in another way than by adding to it. */
  forget(session: string): void {
    this.#cached?.forget(session)
  }

  async readAll(sessionId: string): Promise<Item[]> {
    const session = checkSessionId(sessionId)
    return this.#cached?.readUnchanged(session) ?? this.#readAll(session)
  }

  async #readAll(session: string): Promise<Item[]> {
    try {
      if (this.#cached?.isKept(session)) {
        const items = await this.#readCached(session, this.#cached)
        if (items) return items
      }
      const texts = await this.#readTexts(session)
      const items = this.#decodeAll(texts)
      this.#cached?.saw(session, texts)
      return items ?? this.#readPastCorrupt(session, Number.POSITIVE_INFINITY)
    } catch (error) {
      if (!isStorageError(error, TOO_LARGE)) throw error
    }
    return this.#items(session, this.#toRows(await readInPages(this.#batches, session)))
  }

  /** Nothing where they cannot be kept. */
  async #readCached(session: string, cached: CachedReader<Item>): Promise<Item[] | undefined> {
    const read = await cached.read(session)
    if (!read || Array.isArray(read)) return read
    const items = this.#decodeAll(read.texts)
    if (!items) return this.#readPastCorrupt(session, Number.POSITIVE_INFINITY)
    read.keep()
    return items
  }

  async #readTexts(session: string): Promise<readonly (SqlValue | undefined)[]> {
    const { readAll } = this.#batches.statements
    const [result] = await this.#batches.runOn(session, [readAll({ session })], READ_ONLY)
    return onlyColumn(result)
  }

  /** The latest items. */
  async readItems(sessionId: string, items: number): Promise<Item[]> {
    const session = checkSessionId(sessionId)
    const count = checkLimit('items', items)
    if (count === Number.POSITIVE_INFINITY) return this.readAll(session)
    if (count === 0) return []
    const unchanged = this.#cached?.readUnchanged(session, count)
    if (unchanged) return unchanged
    if (this.#cached?.knows(session)) return (await this.#readAll(session)).slice(-count)
    const result = await this.#readWhole(
      session,
      this.#batches.statements.readLatest({ session, limit: count }),
    )
    if (result === TOO_LARGE) {
      const rows = this.#toRows(await readInPages(this.#batches, session, { limit: count }))
      const isSound = rows.every(({ decoded }) => decoded)
      return isSound ? this.#items(session, rows) : this.#readPastCorrupt(session, count)
    }
    // The newest rows come first, so that LIMIT keeps the tail; callers expect oldest first.
    return this.#decodeAll(onlyColumn(result))?.reverse() ?? this.#readPastCorrupt(session, count)
  }

  #readWhole(session: string, statement: SqlStatement): Promise<SqlResult | undefined | typeof TOO_LARGE> {
    return unlessTooLarge(async () => (await this.#batches.runOn(session, [statement], READ_ONLY))[0])
  }

  /** Nothing where a row is corrupt: then it is read again with row ids, to say which. */
  #decodeAll(texts: readonly (SqlValue | undefined)[]): Item[] | undefined {
    const items: Item[] = []
    try {
      for (const text of texts) items.push(this.decode(text))
      return items
    } catch {
      return undefined
    }
  }

  /** Runs a batch that adds these texts to the session. */
  append(
    session: string,
    texts: readonly string[],
    run: () => Promise<readonly SqlResult[]>,
  ): Promise<unknown> {
    return this.#cached ? this.#cached.append(session, texts, run) : run()
  }

  async #readPastCorrupt(session: string, count: number): Promise<Item[]> {
    return this.#items(session, await this.readValidRows(session, count))
  }

  /** The latest turns. */
  async readTurns(sessionId: string, turns: number): Promise<Item[]> {
    const session = checkSessionId(sessionId)
    const count = checkLimit('turns', turns)
    if (count === 0 || count === Number.POSITIVE_INFINITY) return this.readItems(session, count)
    if (this.#cached?.knows(session)) {
      const items = await this.readAll(session)
      return items.slice(turnStarts(items.map(identifyItem)).at(-count) ?? 0)
    }
    const inSql = this.#codec.format === 'opaque' ? undefined : this.#batches.statements.turns
    if (!inSql) return this.#readTurnsByDecoding(session, count)
    const skip = count - 1
    const result = await this.#readWhole(session, inSql.read({ session, skip }))
    const rows =
      result === TOO_LARGE ? await readInPages(this.#batches, session, { skipTurns: skip }) : result?.rows
    return this.#items(session, this.#toRows(rows))
  }

  async #readTurnsByDecoding(session: string, turns: number): Promise<Item[]> {
    return this.#items(session, await this.#readRowsOfTurns(session, turns))
  }

  async #readRowsOfTurns(session: string, turns: number, before?: number): Promise<Row<Item>[]> {
    for (let width = turns * 8; ; width *= 4) {
      const rows = await this.readRows(session, width, before)
      const starts = turnStarts(rows.map(({ decoded }) => decoded && identifyItem(decoded.item)))
      if (rows.length < width) return rows.slice(starts.at(-turns) ?? 0)
      // The first item of a part of the history may look like a start only because the one before it is missing.
      const first = rows.findIndex(({ decoded }) => decoded)
      const start = starts.filter((index) => index > first).at(-turns)
      if (start !== undefined) return rows.slice(start)
    }
  }

  /** The items of a window that ended at a row, or ends now, and the row at which it ends; 0 where there is none. */
  async readThrough(
    sessionId: string,
    { items, turns }: HistoryWindow,
    lastRow?: number,
  ): Promise<{ items: Item[]; lastRow: number }> {
    const session = checkSessionId(sessionId)
    const before = lastRow === undefined ? undefined : lastRow + 1
    const count = checkLimit(
      turns === undefined ? 'items' : 'turns',
      turns ?? items ?? Number.POSITIVE_INFINITY,
    )
    const read = () => {
      if (!Number.isFinite(count)) return this.readRows(session, count, before)
      return turns === undefined
        ? this.readValidRows(session, count, before)
        : this.#readRowsOfTurns(session, count, before)
    }
    const rows = lastRow === 0 || count === 0 ? [] : await read()
    return { items: this.#items(session, rows), lastRow: lastRow ?? rows.at(-1)?.id ?? 0 }
  }

  /** The newest rows that hold `count` valid items, oldest first. Reads a wider part past corrupt rows. */
  async readValidRows(session: string, count: number, before?: number): Promise<Row<Item>[]> {
    if (count === 0) return []
    for (let width = count; ; width *= 2) {
      const rows = await this.readRows(session, width, before)
      const valid = rows.flatMap((row, index) => (row.decoded ? [index] : []))
      if (valid.length >= count) return rows.slice(valid.at(-count))
      if (rows.length < width) return rows
    }
  }

  /** The newest rows, before a row where one is given, oldest first. */
  async readRows(
    session: string,
    count = Number.POSITIVE_INFINITY,
    before = Number.MAX_SAFE_INTEGER,
  ): Promise<Row<Item>[]> {
    const limit = Math.min(count, Number.MAX_SAFE_INTEGER)
    const result = await this.#readWhole(
      session,
      this.#batches.statements.readBefore({ session, before, limit }),
    )
    if (result !== TOO_LARGE) return this.#toRows(result?.rows)
    return this.#toRows(await readInPages(this.#batches, session, { limit: count, before }))
  }

  #toRows(rows: SqlResult['rows'] = []): Row<Item>[] {
    // The newest rows come first, so that LIMIT keeps the tail; callers expect oldest first.
    return rows
      .map(([id, text, createdAt]): Row<Item> => {
        const row = { id: toNumber(id), createdAt: createdAt as string }
        try {
          return { ...row, decoded: { item: this.decode(text) } }
        } catch (error) {
          return { ...row, error }
        }
      })
      .reverse()
  }

  #items(session: string, rows: readonly Row<Item>[]): Item[] {
    return this.valid(session, rows).map(({ decoded }) => decoded.item)
  }

  /** Leaves out corrupt rows, and reports them. */
  valid(session: string, rows: readonly Row<Item>[]): ValidRow<Item>[] {
    return rows.filter((row): row is ValidRow<Item> => {
      if (!row.decoded) this.report(session, row.id, false, row.error)
      return row.decoded !== undefined
    })
  }
}

async function unlessTooLarge<Result>(read: () => Promise<Result>): Promise<Result | typeof TOO_LARGE> {
  try {
    return await read()
  } catch (error) {
    if (isStorageError(error, TOO_LARGE)) return TOO_LARGE
    throw error
  }
}

export type ValidRow<Item> = Row<Item> & { readonly decoded: { readonly item: Item } }

export function toNumber(value: SqlValue | undefined): number {
  return Number(value ?? 0)
}

function warnOfCorruptRow({ sessionId, table, rowId, dropped }: CorruptRow) {
  const what = dropped ? 'Dropped' : 'Passed over'
  // biome-ignore lint/suspicious/noConsole: a corrupt row is never passed over silently
  console.warn(`${what} row ${rowId} of "${table}" in session "${sessionId}": it does not hold a valid item.`)
}
