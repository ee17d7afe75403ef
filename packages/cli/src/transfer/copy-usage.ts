import { RawUsage, type RawUsageRow } from '@persql/session-core'
import type { Database } from '../database.ts'
import type { RowNumbers } from './row-numbers.ts'

export interface CopiedUsage {
  /** Requests to models that the destination has now. */
  readonly requests: number
  /** How many of those had to be written. */
  readonly written: number
}

/**
 * Brings what sessions used, all or the given ones, without those in `conflicts`. A request that is there already stays
 * what it is. Undefined where nothing was recorded.
 */
export async function copyUsage(
  source: Database,
  destination: Database,
  numbers: RowNumbers,
  sessionIds: readonly string[],
  conflicts: readonly string[],
): Promise<CopiedUsage | undefined> {
  const from = new RawUsage(source.driver, source.tables)
  const to = new RawUsage(destination.driver, destination.tables)
  const leftAlone = new Set(conflicts)
  let requests = 0
  let written = 0
  for (const sessionId of sessionIds.length > 0 ? new Set(sessionIds) : [undefined]) {
    for await (const page of from.read(sessionId)) {
      const rows: RawUsageRow[] = []
      for (const row of page) {
        if (leftAlone.has(row.session_id)) continue
        const last = row.last_row === null ? null : await numbers.upTo(row.session_id, Number(row.last_row))
        rows.push({ ...row, last_row: last })
      }
      written += await to.write(rows)
      requests += rows.length
    }
  }
  return requests === 0 ? undefined : { requests, written }
}
