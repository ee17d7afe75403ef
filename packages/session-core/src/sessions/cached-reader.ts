import type { SqlResult, SqlStatement, SqlValue } from '../driver/sql-driver.ts'
import { isStorageError } from '../driver/storage-error.ts'
import type { ItemCodec } from '../items/item-codec.ts'
import type { HistoryCache, KnownHistory } from './history-cache.ts'
import type { SessionBatches } from './session-batches.ts'
import { withDefaultNames } from './session-tables.ts'

/** How much memory an item takes up beside its text, and a character of it, roughly. */
const ITEM_BYTES = 200
const CHARACTER_BYTES = 2

/** How many of the newest known rows are compared. An older copy of the database has others in their place, or later ones. */
const TAIL = 2

/** How many items this process may add until the tail is read again, from which others are told. */
const MOST_ADDED = 64

const NONE: readonly string[] = []
const READ_ONLY = { readOnly: true }

/** What a reader gets to decode where nothing is known. */
interface Unread {
  readonly texts: readonly (SqlValue | undefined)[]
  /** To be called once all texts have been found valid. */
  keep(): void
}

/**
 * Reads histories of which a part is known. Rows are never changed and ids only grow, so what is known stands if the
 * mark of the session, the newest rows that are known, and the first row or the number of rows that are known are still
 * what they were; then only newer rows are read. Both happen in one batch.
 */
export class CachedReader<Item> {
  readonly #batches: SessionBatches
  readonly #codec: ItemCodec<Item>
  readonly #cache: HistoryCache
  /** Which tables are read, and how: others may know the same session otherwise. */
  readonly #reading: string
  /** Ahead of the ids of sessions; none for the table that most sessions are in. No id begins like it. */
  readonly #prefix: string
  /** Set once marks were found missing. */
  #missing: 'until tables are made' | 'for good' | undefined

  constructor(batches: SessionBatches, codec: ItemCodec<Item>, cache: HistoryCache) {
    this.#batches = batches
    this.#codec = codec
    this.#cache = cache
    const { sessions, messages } = batches.names
    this.#reading = `${codecNumber(codec)} ${sessions} ${messages}`
    // SQLite takes AGENT_MESSAGES for the same table.
    const table = messages.toLowerCase()
    this.#prefix = table === withDefaultNames().messagesTable ? '' : `\0${table}\0`
  }

  #key(session: string): string {
    return this.#prefix === '' ? session : this.#prefix + session
  }

  /** Whether the whole history can be had without reading all of it. */
  knows(session: string): boolean {
    return this.#mayHaveMarks() && this.#cache.get(this.#key(session), this.#reading) !== undefined
  }

  #mayHaveMarks(): boolean {
    if (this.#missing === 'until tables are made' && this.#batches.areMade) this.#missing = undefined
    return this.#missing === undefined
  }

  /** Drops what is known of a session, which is about to be changed in another way than by adding to it. */
  forget(session: string): void {
    this.#cache.delete(this.#key(session))
  }

  /** The latest items, where all are known and nothing has changed since. */
  readUnchanged(session: string, count = Number.POSITIVE_INFINITY): Item[] | undefined {
    const known = this.#cache.get(this.#key(session), this.#reading)
    if (!known?.moment || !this.#cache.isStill(known.moment)) return undefined
    const { added, behind } = known
    try {
      const { kept, items } = this.#extend(known, added, count)
      this.#cache.set(this.#key(session), { ...known, ...kept, added: NONE, behind: behind + added.length })
      this.#cache.count('hit')
      return items
    } catch {
      return undefined
    }
  }

  /** Runs a batch that adds these texts to the session. What is known goes on with them. */
  async append(
    session: string,
    texts: readonly string[],
    run: () => Promise<readonly SqlResult[]>,
  ): Promise<void> {
    const end = this.#cache.beginAppend()
    const results = await run().catch((error: unknown) => {
      end()
      throw error
    })
    const changed = end(results)
    const known = this.#cache.get(this.#key(session))
    if (!known?.moment) return
    // Beside the rows of the items that of the session. Triggers of others are counted by the driver alone.
    const isKnown =
      known.reading === this.#reading &&
      changed === texts.length + 1 &&
      known.behind + known.added.length + texts.length <= MOST_ADDED &&
      texts.every((text) => text.isWellFormed())
    this.#cache.set(
      this.#key(session),
      isKnown
        ? { ...known, added: [...known.added, ...texts], bytes: known.bytes + sizeOf(texts) }
        : { ...known, moment: undefined },
    )
  }

  /** Whether a history is known, or shall be. */
  isKept(session: string): boolean {
    if (!this.#mayHaveMarks()) return false
    return (
      this.#cache.get(this.#key(session), this.#reading) !== undefined ||
      this.#cache.isReadAgain(this.#key(session))
    )
  }

  /** Tells of a history that was read without this. */
  saw(session: string, texts: readonly (SqlValue | undefined)[]): void {
    if (!this.#mayHaveMarks()) return
    this.#cache.count('unknown')
    this.#cache.saw(this.#key(session), texts.every(isText) ? sizeOf(texts) : Number.POSITIVE_INFINITY)
  }

  /** All items, where they are known; what there is to decode, where they shall be; nothing where they cannot be kept. */
  async read(session: string): Promise<Item[] | Unread | undefined> {
    const known = this.#cache.get(this.#key(session), this.#reading)
    return (known && (await this.#readNewer(session, known))) ?? this.#readAll(session, known !== undefined)
  }

  async #readNewer(session: string, known: KnownHistory): Promise<Item[] | undefined> {
    const { mark, tail } = known
    const { marks, readFrom } = this.#batches.statements
    const read = marks?.read({ session, last: tail.last })
    const moment = this.#cache.now()
    const newer = await this.#run(read, session, readFrom({ session, first: tail.first }))
    const [nowKnown] = newer?.cells ?? []
    const rows = newer?.result.rows ?? []
    const texts = rows.map(([, text]) => text)
    const [lastKnown, , time] = rows[tail.texts.length - 1] ?? []
    const stands =
      newer?.mark === mark &&
      toId(nowKnown) === known.known &&
      time === tail.time &&
      Number(rows[0]?.[0]) === tail.first &&
      Number(lastKnown) === tail.last &&
      tail.texts.every((text, index) => text === texts[index])
    this.#cache.delete(this.#key(session))
    if (!stands || !texts.every(isText)) return undefined
    const added = texts.slice(tail.texts.length)
    try {
      const { kept, items } = this.#extend(untilTail(known), added)
      this.#cache.set(this.#key(session), {
        reading: this.#reading,
        mark,
        known: marks?.countsRows ? known.known + added.length : known.known,
        tail: {
          first: Number(rows.at(-TAIL)?.[0] ?? tail.first),
          last: Number(rows.at(-1)![0]),
          time: rows.at(-1)![2],
          texts: texts.slice(-TAIL),
        },
        ...kept,
        added: NONE,
        behind: 0,
        // What this process has added since was counted already.
        bytes: known.bytes + sizeOf(added.slice(known.behind + known.added.length)),
        moment: this.#cache.unlessAdded(moment),
      })
      return items
    } catch {
      // What does not decode is told by who reads it with its row id.
      return undefined
    } finally {
      this.#cache.count('hit')
    }
  }

  /** The latest items for a caller, with those of more texts, and what is kept of all. Throws where one does not decode. */
  #extend(
    { texts, items }: Pick<KnownHistory, 'texts' | 'items'>,
    added: readonly string[],
    count = Number.POSITIVE_INFINITY,
  ): { kept: Pick<KnownHistory, 'texts' | 'items'>; items: Item[] } {
    const { copy } = this.#codec
    const decode = (text: string) => this.#codec.decode(text)
    if (!copy) {
      const all = [...texts, ...added]
      return { kept: { texts: all }, items: latest(all, count).map(decode) }
    }
    const known = (items as readonly Item[] | undefined) ?? texts.map(decode)
    const all = added.length === 0 ? known : [...known, ...added.map(decode)]
    return { kept: { texts: NONE, items: all }, items: latest(all, count).map((item) => copy(item)) }
  }

  async #readAll(session: string, wasKnown: boolean): Promise<Unread | undefined> {
    const { marks, readAll } = this.#batches.statements
    const read = marks?.readWithEnd({ session, tail: TAIL })
    const moment = this.#cache.now()
    const all = await this.#run(read, session, readAll({ session }))
    if (!all) return undefined
    this.#cache.count(wasKnown ? 'changed' : 'unknown')
    const texts = onlyColumn(all.result)
    const { mark, cells } = all
    const [time, last, first, oldest] = cells.toReversed()
    const rows = marks?.countsRows ? texts.length : toId(oldest)
    return {
      texts,
      keep: () => {
        if (mark === undefined || rows === undefined || first == null || last == null) return
        if (!texts.every(isText)) return
        // Decoded when it is read again: most sessions of a process are read once.
        this.#cache.set(this.#key(session), {
          reading: this.#reading,
          mark,
          known: rows,
          tail: { first: Number(first), last: Number(last), time, texts: texts.slice(-TAIL) },
          texts,
          added: NONE,
          behind: 0,
          bytes: sizeOf(texts),
          moment: this.#cache.unlessAdded(moment),
        })
      },
    }
  }

  async #run(readMark: SqlStatement | undefined, session: string, statement: SqlStatement) {
    const wereMade = this.#batches.areMade
    const [state, result] = readMark ? await this.#runMarked(readMark, session, statement) : []
    if (state && result) return { ...readState(state), result }
    // There are no tables, or none of marks and none could be made, or they are out of reach.
    this.#missing = wereMade || this.#batches.readsMakeTables ? 'for good' : 'until tables are made'
    return undefined
  }

  async #runMarked(mark: SqlStatement, session: string, statement: SqlStatement): Promise<SqlResult[]> {
    try {
      return await this.#batches.runOn(session, [mark, statement], READ_ONLY)
    } catch (error) {
      if (isStorageError(error, 'READ_ONLY')) return []
      throw error
    }
  }
}

function untilTail({ texts, items, behind }: KnownHistory): Pick<KnownHistory, 'texts' | 'items'> {
  if (behind === 0) return { texts, ...(items && { items }) }
  return { texts: texts.slice(0, -behind), ...(items && { items: items.slice(0, -behind) }) }
}

function latest<Value>(values: readonly Value[], count: number): readonly Value[] {
  return count < values.length ? values.slice(-count) : values
}

function readState(result: SqlResult) {
  const [mark, ...cells] = result.rows[0] ?? []
  return { mark: isText(mark) ? mark : undefined, cells }
}

function toId(cell: SqlValue | undefined): number | undefined {
  return cell == null ? undefined : Number(cell)
}

/** The cells of a result with one column. */
export function onlyColumn(result: SqlResult | undefined): readonly (SqlValue | undefined)[] {
  return result?.cells ?? result?.rows.map(([cell]) => cell) ?? []
}

function isText(value: SqlValue | undefined): value is string {
  return typeof value === 'string'
}

function sizeOf(texts: readonly string[]): number {
  let characters = 0
  for (const text of texts) characters += text.length
  return ITEM_BYTES * texts.length + CHARACTER_BYTES * characters
}

const codecNumbers = new WeakMap<object, number>()
let codecs = 0

function codecNumber(codec: object): number {
  const number = codecNumbers.get(codec) ?? ++codecs
  codecNumbers.set(codec, number)
  return number
}
