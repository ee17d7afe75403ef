import { setTimeout as wait } from 'node:timers/promises'
import type { StoredRow, StoredSessions } from '@persql/session-core'

const PAUSE_MS = 300
const PAGE = { limit: 500, bytes: 1_000_000 }

export interface RowChange {
  /** The rows that were read before are no longer what the session holds. */
  readonly isRewritten: boolean
  readonly rows: readonly StoredRow[]
}

/** Waits for rows that are added to a session after a given one. */
export class RowFollower {
  readonly #stored: StoredSessions
  readonly #sessionId: string
  #last: number

  constructor(stored: StoredSessions, sessionId: string, last: number) {
    this.#stored = stored
    this.#sessionId = sessionId
    this.#last = last
  }

  /** Until `signal` is aborted. */
  async *changes(signal: AbortSignal): AsyncGenerator<RowChange> {
    while (!signal.aborted) {
      // The newest row that was read is read again: where it is gone, so may be others before it.
      const rows = await this.#stored.readPage(this.#sessionId, { after: Math.max(this.#last - 1, 0), ...PAGE })
      const isRewritten = this.#last > 0 && rows[0]?.rowId !== this.#last
      const added = rows.filter(({ rowId }) => rowId > this.#last)
      this.#last = added.at(-1)?.rowId ?? (isRewritten ? 0 : this.#last)
      if (added.length > 0 || isRewritten) yield { isRewritten, rows: added }
      else await wait(PAUSE_MS, undefined, { signal }).catch(() => {})
    }
  }
}
