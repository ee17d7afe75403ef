import { MAX_INLINE_ROWS } from '../dialects/compile-session-statements.ts'
import type { SqlDriver, SqlStatement } from '../driver/sql-driver.ts'
import { isStorageError, StorageError } from '../driver/storage-error.ts'
import { type ItemCodec, jsonCodec } from '../items/item-codec.ts'
import { checkSessionId } from './check-id.ts'
import { checkLimit } from './check-limit.ts'
import { canonicalTexts, encodeItems, packWithinLimits } from './encode-items.ts'
import { guard } from './guard.ts'
import { untilUnchanged, writeUnlessRefused } from './guarded-change.ts'
import { type CacheOptions, type CacheStats, HistoryCache } from './history-cache.ts'
import {
  type CorruptRow,
  type HistoryPage,
  HistoryReader,
  type HistoryWindow,
  toNumber,
} from './history-reader.ts'
import { Operation } from './operation.ts'
import { parseTime } from './parse-time.ts'
import { add, copyStored, keep, type NewRow, replaceTailStatements } from './replace-tail.ts'
import { SessionBatches } from './session-batches.ts'
import type { SessionTableNames } from './session-tables.ts'

export interface SessionStoreOptions<Item> extends SessionTableNames {
  /** How an item becomes the text of a row, and back. Default: {@link jsonCodec}. */
  readonly codec?: ItemCodec<Item> | undefined
  /** Whether the store makes the tables. Where somebody else does, it never writes anything but data. Default: true. */
  readonly createTables?: boolean | undefined
  /**
   * What was read is kept and checked, so that a later read asks only for what is new; it gives what a read of
   * everything would, always as copies. False: everything is read each time. Default: kept, up to 64 MiB for a driver,
   * where the tables may be made.
   */
  readonly cache?: false | CacheOptions | undefined
  /** Is told of every corrupt row that was passed over. Default: a warning on the console. */
  readonly onCorruptRow?: ((row: CorruptRow) => void) | undefined
}

export interface OperationOptions {
  /**
   * An id that is remembered with the change. The same id with the same change again succeeds and changes nothing;
   * with another change it rejects with `OPERATION_CONFLICT`. Forgotten when the session is cleared.
   */
  readonly operationId?: string | undefined
}

/**
 * The histories of a database. A history is a list of items under a session id; a session begins to exist with
 * its first item, or with a change that leaves none: a `replaceAll` or `replaceSuffix` by none, or an `append` of
 * none with an operation id. One store serves any number of sessions.
 *
 * Every change is one atomic batch. A method that says that it reads first makes a change that does nothing if the
 * history is no longer what was read, and then starts over. A read is one batch, several where it meets corrupt
 * rows or where the database refuses the answer as too large; then it is read in parts, which are checked to be of one
 * moment. Every rejection is a `StorageError`, and a rejected change left the history as it was, except after
 * `UNAVAILABLE`: then it is not known whether the change was made, and with an operation id it can be repeated
 * safely. Arguments are read before the first await.
 */
export class SessionStore<Item> {
  readonly #batches: SessionBatches
  readonly #codec: ItemCodec<Item>
  readonly #reader: HistoryReader<Item>
  /** What was read of the sessions of the driver, shared with other stores on it. Absent where nothing is kept. */
  readonly cache: { readonly stats: CacheStats } | undefined

  constructor(driver: SqlDriver, options: SessionStoreOptions<Item> = {}) {
    this.#batches = new SessionBatches(driver, options)
    this.#codec = options.codec ?? jsonCodec<Item>()
    const { cache = {}, createTables = true } = options
    const kept = cache && createTables ? HistoryCache.of(driver, cache) : undefined
    this.cache = kept
    this.#reader = new HistoryReader(this.#batches, this.#codec, kept, options.onCorruptRow)
  }

  /**
   * Resolves with the items of the window, oldest first. A turn begins at an item whose `role` is `user`, unless the
   * item before it is one too. Corrupt rows are passed over and reported; they do not count as items, nor do they end
   * a turn. With an `opaque` codec, turns may take several reads.
   */
  read(sessionId: string, window: HistoryWindow = {}): Promise<Item[]> {
    if (window.turns !== undefined) return this.#reader.readTurns(sessionId, window.turns)
    if (window.items !== undefined) return this.#reader.readItems(sessionId, window.items)
    return this.#reader.readAll(sessionId)
  }

  /**
   * As {@link read}, of the history as far as the row `lastRow`, or as far as it goes now; with the id of its last row,
   * 0 where it has none. So the same history can be read again after others have added to it.
   */
  readThrough(
    sessionId: string,
    window: HistoryWindow = {},
    lastRow?: number,
  ): Promise<{ items: Item[]; lastRow: number }> {
    return this.#reader.readThrough(sessionId, window, lastRow)
  }

  /** Resolves with the newest `limit` items before a row, or before the end. Corrupt rows take up room in the page. */
  async readPage(
    sessionId: string,
    options: { readonly limit: number; readonly before?: number | undefined },
  ): Promise<HistoryPage<Item>> {
    const session = checkSessionId(sessionId)
    const limit = checkLimit('limit', options.limit)
    if (limit === 0) throw new StorageError('INVALID_ARGUMENT', 'limit must be at least 1.')
    const found = await this.#reader.readRows(session, limit + 1, options.before)
    const rows = found.slice(-limit)
    const items = this.#reader.valid(session, rows).map(({ id, createdAt, decoded }) => ({
      rowId: id,
      item: decoded.item,
      createdAt: parseTime(createdAt),
    }))
    const oldest = found.length > limit ? rows[0] : undefined
    return oldest ? { items, before: oldest.id } : { items }
  }

  /** Adds the items at the end, all or none, in order, without others between them. No items: does nothing. */
  async append(sessionId: string, items: readonly Item[], options: OperationOptions = {}): Promise<void> {
    const session = checkSessionId(sessionId)
    const texts = encodeItems(this.#codec, items)
    if (options.operationId === undefined) {
      if (texts.length === 0) return
      const statements = this.#appendStatements(session, texts)
      await this.#reader.append(session, texts, () => this.#batches.runOn(session, statements))
      return
    }
    const [touch, ...inserts] = this.#appendStatements(session, texts)
    const operation = await Operation.of(this.#batches, session, options.operationId, [
      'append',
      canonicalTexts(items),
    ])
    const refusal = await writeUnlessRefused(this.#batches, session, [touch, operation.insert, ...inserts], {
      beside: 'operations',
    })
    if (refusal && !(await operation.wasApplied())) throw refusal
  }

  /**
   * Removes the newest item and resolves with it, or with `undefined` for an empty history. Corrupt rows on the
   * way are dropped and reported, each in a batch of its own. With an `opaque` codec it reads first, and rejects with
   * `UNREADABLE_ITEM` rather than drop a row.
   */
  async pop(sessionId: string): Promise<Item | undefined> {
    const session = checkSessionId(sessionId)
    this.#reader.forget(session)
    if (this.#codec.format === 'opaque') return this.#popOpaque(session)
    for (;;) {
      const statements = this.#batches.locking(session, [this.#batches.statements.deleteLatest({ session })])
      const row = (await this.#batches.runOn(session, statements)).at(-1)?.rows[0]
      if (!row) return undefined
      const [id, text] = row
      try {
        return this.#reader.decode(text)
      } catch (error) {
        this.#reader.report(session, toNumber(id), true, error)
      }
    }
  }

  /** Removes the session: its items, its row, and its operation ids. */
  async clear(sessionId: string): Promise<void> {
    const session = checkSessionId(sessionId)
    this.#reader.forget(session)
    const { deleteFrom, deleteSession } = this.#batches.statements
    const statements = [deleteFrom({ session, first: 0 }), deleteSession({ session })]
    await this.#batches.runOn(session, this.#batches.locking(session, statements))
  }

  /**
   * Puts these items in the place of the whole history. Where they are too large to be sent, it reads first, and rows
   * that hold one of them already are copied, with their times.
   */
  async replaceAll(sessionId: string, items: readonly Item[]): Promise<void> {
    const session = checkSessionId(sessionId)
    this.#reader.forget(session)
    const texts = encodeItems(this.#codec, items)
    const { deleteFrom } = this.#batches.statements
    try {
      const [touch, ...inserts] = this.#appendStatements(session, texts)
      await this.#batches.runOn(session, [touch, deleteFrom({ session, first: 0 }), ...inserts])
    } catch (error) {
      if (!isStorageError(error, 'TOO_LARGE')) throw error
      await untilUnchanged(async () => {
        const stored = await this.#reader.readRows(session)
        const rows = copyStored(this.#codec, texts, stored, error)
        const statements = replaceTailStatements(this.#batches, session, stored, rows)
        return writeUnlessRefused(this.#batches, session, statements)
      })
    }
  }

  /**
   * Puts `replacement` in the place of the newest items, if those equal `expected`; otherwise rejects with
   * `HISTORY_CONFLICT`. Key order does not matter, bytes are compared by value. Reads first. Where the replacement is
   * too large to be sent, rows that hold one of its items already are copied, with their times.
   */
  async replaceSuffix(
    sessionId: string,
    expected: readonly Item[],
    replacement: readonly Item[],
    options: OperationOptions = {},
  ): Promise<void> {
    const session = checkSessionId(sessionId)
    this.#reader.forget(session)
    const wanted = canonicalTexts(expected)
    const texts = encodeItems(this.#codec, replacement)
    const operation =
      options.operationId === undefined
        ? undefined
        : await Operation.of(this.#batches, session, options.operationId, [
            'replace',
            wanted,
            canonicalTexts(replacement),
          ])

    await untilUnchanged(async () => {
      const tail = await this.#reader.readValidRows(session, wanted.length)
      const found = canonicalTexts(tail.flatMap(({ decoded }) => (decoded ? [decoded.item] : [])))
      const matches = found.length === wanted.length && found.every((text, index) => text === wanted[index])
      if (!matches) {
        if (operation && (await operation.wasApplied())) return undefined
        throw new StorageError('HISTORY_CONFLICT', 'The newest items are not the expected ones.')
      }
      const corrupt = tail.filter(({ decoded }) => !decoded).map(keep)
      const write = async (rows: readonly NewRow[]) => {
        const statements = replaceTailStatements(this.#batches, session, tail, [...corrupt, ...rows])
        if (!operation) return writeUnlessRefused(this.#batches, session, statements)
        const [touch, ...rest] = statements
        const refusal = await writeUnlessRefused(this.#batches, session, [touch, operation.insert, ...rest], {
          beside: 'operations',
        })
        return refusal && !(await operation.wasApplied()) ? refusal : undefined
      }
      return write(texts.map(add)).catch((error: unknown) => {
        if (!isStorageError(error, 'TOO_LARGE')) throw error
        return write(copyStored(this.#codec, texts, tail, error))
      })
    })
  }

  /**
   * Rewrites a history. `change` gets all items and returns, for each of them, what stands in its place: `[item]`
   * keeps it with its time, `[]` drops it. It may be called more than once, and what it throws is passed on. Rows
   * from the first change on get new ids; corrupt rows keep their place and their bytes. Anything but one list for
   * each item rejects with `INVALID_ARGUMENT`. Reads first.
   */
  async rewrite(
    sessionId: string,
    change: (items: readonly Item[]) => readonly (readonly Item[])[],
  ): Promise<void> {
    const session = checkSessionId(sessionId)
    this.#reader.forget(session)
    await untilUnchanged(async () => {
      const rows = await this.#reader.readRows(session)
      const valid = rows.flatMap((row) => (row.decoded ? [row.decoded.item] : []))
      const places = change(valid)
      if (
        !Array.isArray(places) ||
        places.length !== valid.length ||
        !Array.from(places).every(Array.isArray)
      ) {
        throw new StorageError(
          'INVALID_ARGUMENT',
          `The change must return one list for each of the ${valid.length} items.`,
        )
      }
      let position = 0
      const placed = rows.map((row) => {
        if (!row.decoded) return { row, kept: true, rows: [keep(row)] }
        const items = places[position++] ?? []
        const kept = items.length === 1 && items[0] === row.decoded.item
        return {
          row,
          kept,
          rows: kept
            ? [keep(row)]
            : encodeItems(this.#codec, items).map((text): NewRow => [text, row.createdAt]),
        }
      })
      const first = placed.findIndex(({ kept }) => !kept)
      if (first === -1) return undefined
      const tail = placed.slice(first)
      return writeUnlessRefused(
        this.#batches,
        session,
        replaceTailStatements(
          this.#batches,
          session,
          tail.map(({ row }) => row),
          tail.flatMap(({ rows }) => rows),
        ),
      )
    })
  }

  #appendStatements(session: string, texts: readonly string[]): [touch: SqlStatement, ...SqlStatement[]] {
    const { touchSession, insertTexts, insertFewTexts } = this.#batches.statements
    const { limits } = this.#batches.driver
    const touch = touchSession({ session })
    if (texts.length === 0) return [touch]
    if (
      insertFewTexts &&
      texts.length <= MAX_INLINE_ROWS &&
      limits?.valueBytes === undefined &&
      limits?.requestBytes === undefined
    ) {
      return [touch, insertFewTexts(session, texts)]
    }
    const arrays = packWithinLimits(texts.map(quote), limits)
    return [touch, ...arrays.map((array) => insertTexts({ session, texts: array }))]
  }

  async #popOpaque(session: string): Promise<Item | undefined> {
    let popped: Item | undefined
    await untilUnchanged(async () => {
      const [row] = await this.#reader.readRows(session, 1)
      popped = row?.decoded?.item
      if (!row) return undefined
      if (!row.decoded) {
        throw new StorageError(
          'UNREADABLE_ITEM',
          `The codec could not decode row ${row.id} of "${this.#batches.names.messages}". Nothing was removed.`,
        )
      }
      const { deleteFrom, expectLast } = this.#batches.statements
      const statements = [
        guard(expectLast({ session, last: row.id })),
        deleteFrom({ session, first: row.id }),
      ]
      return writeUnlessRefused(this.#batches, session, this.#batches.locking(session, statements))
    })
    return popped
  }
}

const quote = (text: string) => JSON.stringify(text)
