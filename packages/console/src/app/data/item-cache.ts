import type { SqlValue } from '@persql/sdk'
import { toHex } from '../ui/format.ts'
import type { Database } from './database.ts'
import { decodeItem, readItemRows, type SizedRow, takeWithin } from './item-texts.ts'

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

/** At most this many rows, and roughly this many bytes, in one request. */
const AT_ONCE = { rows: 100, bytes: 4_000_000 }

/** The rows of a session that have been looked at. Those in sight are loaded together, newest wish first. */
export class ItemCache {
  readonly #database: Database
  readonly #onLoad: () => void
  readonly #rows = new Map<number, LoadedRow>()
  #wanted: readonly SizedRow[] = []
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
  want(rows: readonly SizedRow[]): void {
    const missing = rows.filter(({ id }) => !this.#rows.has(id))
    this.#wanted = [...new Map(missing.map((row) => [row.id, row])).values()]
    if (!this.#isLoading && this.#wanted.length > 0) void this.#load()
  }

  retry(): void {
    this.error = undefined
    void this.#load()
  }

  async #load(): Promise<void> {
    if (!this.#database.sessions) return
    this.#isLoading = true
    while (this.#wanted.length > 0 && !this.error) {
      const ids = takeWithin(this.#wanted, AT_ONCE).map(({ id }) => id)
      try {
        const rows = await readItemRows(this.#database, ids)
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

function toStoredRow(id: number, text: SqlValue | undefined): LoadedRow {
  if (text instanceof Uint8Array) return { id, text: toHex(text) }
  const item = decodeItem(text)
  return { id, text: String(text), ...(item && { item }) }
}
