import type { SqlDriver, SqlResult, SqlValue } from '../driver/sql-driver.ts'
import { StorageError } from '../driver/storage-error.ts'

export interface CacheOptions {
  /**
   * How much of what was read may be kept, in bytes of memory, roughly. It holds for all sessions of the driver; where
   * several stores on one driver name a bound, the last one holds. Default: 64 MiB.
   */
  readonly bytes?: number | undefined
}

/** Counted since the driver was first used. */
export interface CacheStats {
  /** Sessions that are kept now. */
  readonly sessions: number
  /** What they take up, roughly. */
  readonly bytes: number
  /** Reads that needed nothing but what is new. */
  readonly hits: number
  /** Reads of a whole history: of one that was not kept, or that was found changed in another way than by adding to it. */
  readonly fullReads: { readonly unknown: number; readonly changed: number }
}

/** A history as it was when it was last read. */
export interface KnownHistory {
  /** Who can go on with it: another reader knows other tables, or makes other items of the texts. */
  readonly reading: string
  readonly mark: string
  /** The number of items where rows have to be counted, otherwise the row id of the oldest item. */
  readonly known: number
  /** The newest items: the row ids of the oldest and the newest of them, when the newest was added, and their texts. */
  readonly tail: {
    readonly first: number
    readonly last: number
    readonly time: SqlValue | undefined
    readonly texts: readonly string[]
  }
  /** The texts of all items, oldest first, but for those in `added`. */
  readonly texts: readonly string[]
  /** In place of the texts: the items, once they were read again. */
  readonly items?: readonly unknown[]
  /** The texts that this process has added since. */
  readonly added: readonly string[]
  /** How many of the texts or items stand behind the tail: what this process had added when they were read again. */
  readonly behind: number
  readonly bytes: number
  /** While it is this moment, all of the above is what the database holds. */
  readonly moment?: Moment | undefined
}

/** How much was done to a database but for appends whose outcome is known, and how many of those there were. */
export interface Moment {
  readonly own: number
  readonly others: number
  readonly appends: number
}

/** How many rows a batch has changed itself; not told where others were added at the same time. */
type AppendedRows = number | undefined

/** How many sessions are remembered as read, twice. */
const MOST_SEEN = 5_000

const DEFAULT_BYTES = 64 * 1024 * 1024

const byDriver = new WeakMap<SqlDriver, HistoryCache>()

/**
 * What was read of the sessions of a driver. It lasts as long as the driver, and is shared by all stores on it. The
 * sessions that were read least recently make room for others, and one that is larger than all the room is not kept. A
 * history is kept from the second time on that it is read, unless what was read in between takes up all the room: then
 * it would not have stayed.
 */
export class HistoryCache {
  readonly #driver: SqlDriver
  #limit = DEFAULT_BYTES
  #bytes = 0
  #hits = 0
  #unknown = 0
  #changed = 0
  /** Least recently read first. */
  readonly #histories = new Map<string, KnownHistory>()
  /** What was read lately, and before that; each at most half of what there is room for. */
  #seen = new Set<string>()
  #seenBefore = new Set<string>()
  #seenBytes = 0
  #appending = 0
  #appends = 0
  /** How far appends with a known outcome have moved what the driver counts. */
  #known = 0

  private constructor(driver: SqlDriver) {
    this.#driver = driver
  }

  static of(driver: SqlDriver, { bytes }: CacheOptions = {}): HistoryCache {
    const cache = byDriver.get(driver) ?? new HistoryCache(driver)
    byDriver.set(driver, cache)
    if (bytes !== undefined) cache.#limit = checkBytes(bytes)
    cache.#makeRoom()
    return cache
  }

  get stats(): CacheStats {
    return {
      sessions: this.#histories.size,
      bytes: this.#bytes,
      hits: this.#hits,
      fullReads: { unknown: this.#unknown, changed: this.#changed },
    }
  }

  /** What is known of a session, to any reader or to one. The key is the same for all readers of the same rows. */
  get(key: string, reading?: string): KnownHistory | undefined {
    const known = this.#histories.get(key)
    return reading === undefined || known?.reading === reading ? known : undefined
  }

  /** Nothing where the driver cannot tell, or while something is being added. */
  now(): Moment | undefined {
    const changes = this.#appending === 0 ? this.#driver.changes?.() : undefined
    return changes && { own: changes.own - this.#known, others: changes.others, appends: this.#appends }
  }

  /** Whether nothing but appends has changed the database since, each of which is in the history that it has changed. */
  isStill({ own, others }: Moment): boolean {
    const now = this.now()
    return now?.own === own && now.others === others
  }

  /** The moment of what was read, unless something was added meanwhile, which is not in it. */
  unlessAdded(moment: Moment | undefined): Moment | undefined {
    return moment?.appends === this.#appends ? moment : undefined
  }

  /** Called ahead of a batch that adds items and does nothing else; gives what is to be called behind it. */
  beginAppend(): (results?: readonly SqlResult[]) => AppendedRows {
    const isAlone = this.#appending === 0
    this.#appending += 1
    return (results) => {
      const wasAlone = isAlone && this.#appending === 1
      this.#appending -= 1
      this.#appends += 1
      if (!results) return undefined
      const rows = results.reduce((sum, { changes = 0 }) => sum + changes, 0)
      this.#known += 1 + rows
      return wasAlone ? rows : undefined
    }
  }

  /** Whether a history was read lately: most are read once, and to keep one costs more than to read it. */
  isReadAgain(key: string): boolean {
    return this.#limit > 0 && (this.#seen.has(key) || this.#seenBefore.has(key))
  }

  /** Tells of a history that was read and is not kept. */
  saw(key: string, bytes: number): void {
    if (bytes > this.#limit) return
    this.#seen.add(key)
    this.#seenBytes += bytes
    if (this.#seenBytes <= this.#limit / 2 && this.#seen.size < MOST_SEEN) return
    this.#seenBefore = this.#seen
    this.#seen = new Set()
    this.#seenBytes = 0
  }

  count(read: 'hit' | 'unknown' | 'changed'): void {
    if (read === 'hit') this.#hits += 1
    else if (read === 'unknown') this.#unknown += 1
    else this.#changed += 1
  }

  /** For the reader that read it last. */
  set(key: string, history: KnownHistory): void {
    this.delete(key)
    if (history.bytes > this.#limit) return
    this.#histories.set(key, history)
    this.#bytes += history.bytes
    this.#makeRoom()
  }

  delete(key: string): void {
    this.#bytes -= this.#histories.get(key)?.bytes ?? 0
    this.#histories.delete(key)
  }

  #makeRoom() {
    for (const key of this.#histories.keys()) {
      if (this.#bytes <= this.#limit) return
      this.delete(key)
    }
  }
}

function checkBytes(bytes: unknown): number {
  if (Number.isSafeInteger(bytes) && Number(bytes) >= 0) return bytes as number
  throw new StorageError('INVALID_ARGUMENT', 'cache.bytes must be a whole number of bytes.')
}
