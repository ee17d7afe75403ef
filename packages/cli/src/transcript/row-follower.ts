import { setTimeout as wait } from 'node:timers/promises'
import { type RawRow, RawSessions } from '@persql/session-core'
import type { Database } from '../database.ts'
import { readAll, sessionQueries } from '../session-queries.ts'

const PAUSE_MS = 300
const PAGE = { limit: 500, bytes: 1_000_000 }

export interface RowChange {
  /** The last row that was read before is gone, and maybe others before it. */
  readonly isRewritten: boolean
  readonly rows: readonly RawRow[]
}

/** Waits for rows that are added to a session after a given one. */
export class RowFollower {
  readonly #database: Database
  readonly #stored: RawSessions
  readonly #sessionId: string
  #last: number

  constructor(database: Database, sessionId: string, last: number) {
    this.#database = database
    this.#stored = new RawSessions(database.driver, database.tables)
    this.#sessionId = sessionId
    this.#last = last
  }

  /** Until `signal` is aborted. */
  async *changes(signal: AbortSignal): AsyncGenerator<RowChange> {
    while (!signal.aborted) {
      const { stands, newest } = await this.#look()
      if (stands && newest === this.#last) {
        await wait(PAUSE_MS, undefined, { signal }).catch(() => {})
        continue
      }
      const after = this.#last
      const rows = newest > after ? await this.#stored.readPage(this.#sessionId, { after, ...PAGE }) : []
      this.#last = rows.at(-1)?.rowId ?? newest
      yield { isRewritten: !stands, rows }
    }
  }

  /** Whether the last row is still there, and the id of the newest one. */
  async #look(): Promise<{ stands: boolean; newest: number }> {
    const { db, messages } = sessionQueries(this.#database)
    const inSession = db.selectFrom(messages).where('session_id', '=', this.#sessionId)
    const [found, newest] = await readAll(this.#database, [
      inSession.select('id').where('id', '=', this.#last),
      inSession.select(({ fn }) => fn.max('id').as('id')),
    ])
    return {
      stands: this.#last === 0 || found?.rows.length === 1,
      newest: Number(newest?.rows[0]?.[0] ?? 0),
    }
  }
}
