import type { SqlValue } from '@persql/sdk'
import { jsonCodec } from '@persql/session-core'
import { toHex } from '../ui/format.ts'
import { type Database, read } from './database.ts'

/** A row as it is stored. */
export interface LoadedRow {
  readonly id: number
  /** Of a blob, its bytes in hexadecimal. */
  readonly text: string
  /** It was deleted before it was read. */
  readonly isGone?: true
  /** Absent where the text is not an item. */
  readonly item?: Readonly<Record<string, unknown>>
}

const codec = jsonCodec<unknown>({ exactNumbers: true })

/** At most this many rows, and roughly this many bytes, in one request. */
const ROWS = 100
const BYTES = 4_000_000

interface Wanted {
  readonly id: number
  readonly size: number
}

/** The rows of a session that have been looked at. Those in sight are loaded together, newest wish first. */
export class ItemCache {
  readonly #database: Database
  readonly #onLoad: () => void
  readonly #rows = new Map<number, LoadedRow>()
  #wanted: readonly Wanted[] = []
  #isLoading = false
  error: Error | undefined

  constructor(database: Database, onLoad: () => void) {
    this.#database = database
    this.#onLoad = onLoad
  }

  get(id: number): LoadedRow | undefined {
    return this.#rows.get(id)
  }

  /** What was wanted before and has not been asked for yet is forgotten. */
  want(rows: readonly Wanted[]): void {
    const missing = rows.filter(({ id }) => !this.#rows.has(id))
    this.#wanted = [...new Map(missing.map((row) => [row.id, row])).values()]
    if (!this.#isLoading && this.#wanted.length > 0) void this.#load()
  }

  retry(): void {
    this.error = undefined
    void this.#load()
  }

  async #load(): Promise<void> {
    const { handle, sessions } = this.#database
    if (!sessions) return
    this.#isLoading = true
    while (this.#wanted.length > 0 && !this.error) {
      const ids = takeWithin(this.#wanted)
      try {
        const sql = `select id, message_data from ${sessions.messages} where id in (select value from json_each(?))`
        const [rows = []] = await read(handle, [{ sql, params: [JSON.stringify(ids)] }])
        for (const [id, text] of rows) this.#rows.set(Number(id), toStoredRow(Number(id), text))
        // Rows that have gone meanwhile.
        for (const id of ids) if (!this.#rows.has(id)) this.#rows.set(id, { id, text: '', isGone: true })
        this.#wanted = this.#wanted.filter(({ id }) => !this.#rows.has(id))
      } catch (error) {
        this.error = error as Error
      }
      this.#onLoad()
    }
    this.#isLoading = false
  }
}

function takeWithin(wanted: readonly Wanted[]): number[] {
  const ids: number[] = []
  let bytes = 0
  for (const { id, size } of wanted) {
    bytes += size
    if (ids.length > 0 && (ids.length === ROWS || bytes > BYTES)) break
    ids.push(id)
  }
  return ids
}

function toStoredRow(id: number, text: SqlValue | undefined): LoadedRow {
  if (text instanceof Uint8Array) return { id, text: toHex(text) }
  if (typeof text !== 'string') return { id, text: String(text) }
  try {
    const item = codec.decode(text)
    return typeof item === 'object' && item !== null
      ? { id, text, item: item as Record<string, unknown> }
      : { id, text }
  } catch {
    return { id, text }
  }
}
