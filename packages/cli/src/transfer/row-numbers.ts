import { isStorageError, RawSessions } from '@persql/session-core'
import type { Database } from '../database.ts'

/** How many sessions are kept in mind. */
const SESSIONS = 100

/**
 * Which row of a copied session is which: rows get other ids in the destination, and what points at them has to follow.
 */
export class RowNumbers {
  readonly #source: RawSessions
  readonly #destination: RawSessions
  readonly #conflicts: ReadonlySet<string>
  readonly #known = new Map<string, Promise<readonly [from: readonly number[], to: readonly number[]]>>()

  /** `conflicts`: sessions with another history in the destination, whose rows are none of the source's. */
  constructor(source: Database, destination: Database, conflicts: readonly string[]) {
    this.#source = new RawSessions(source.driver, source.tables)
    this.#destination = new RawSessions(destination.driver, destination.tables)
    this.#conflicts = new Set(conflicts)
  }

  /** The same row in the destination, or the last one before it that is still there; null where there is none. */
  async upTo(sessionId: string, row: number): Promise<number | null> {
    const [from, to] = await this.#rowsOf(sessionId)
    return to[countBelow(from, row + 1) - 1] ?? null
  }

  /** The same row in the destination, or the first one after it that is still there; null where there is none. */
  async from(sessionId: string, row: number): Promise<number | null> {
    const [from, to] = await this.#rowsOf(sessionId)
    return to[countBelow(from, row)] ?? null
  }

  #rowsOf(sessionId: string) {
    const known = this.#known.get(sessionId)
    if (known) return known
    if (this.#known.size > SESSIONS) this.#known.clear()
    const rows = this.#conflicts.has(sessionId)
      ? Promise.resolve([[], []] as const)
      : Promise.all([idsOf(this.#source, sessionId), idsOf(this.#destination, sessionId)])
    this.#known.set(sessionId, rows)
    return rows
  }
}

/** None where there are no tables of sessions, as where a database holds a memory alone. */
function idsOf(sessions: RawSessions, sessionId: string): Promise<readonly number[]> {
  return sessions.rowIds(sessionId).catch((error: unknown) => {
    if (isStorageError(error, 'NO_SUCH_TABLE')) return []
    throw error
  })
}

/** How many ids, which grow, are smaller. */
function countBelow(ids: readonly number[], limit: number): number {
  let [low, high] = [0, ids.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (ids[middle]! < limit) low = middle + 1
    else high = middle
  }
  return low
}
