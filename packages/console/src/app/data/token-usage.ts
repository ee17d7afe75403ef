import { type RecordedRequest, toSqlDriver, UsageLog, type UsageTotal } from '@persql/session-core'
import type { Database } from './database.ts'
import type { Outline, Turn } from './outline.ts'
import { firstOf, type Range } from './range.ts'

/** What models used, summed in three ways; days in UTC. */
export interface TokenUsage {
  readonly days: readonly UsageTotal[]
  readonly models: readonly UsageTotal[]
  readonly sessions: readonly UsageTotal[]
}

export async function readTokenUsage(database: Database, range: Range): Promise<TokenUsage> {
  const since = new Date(firstOf(range))
  const log = logOf(database)
  const [days, models, sessions] = await Promise.all([
    log.totals('day', { since }),
    log.totals('model', { since }),
    log.totals('session', { since }),
  ])
  return { days, models, sessions }
}

/** The requests that were made for the turns of a session, in their order. */
export function readSessionRequests(database: Database, sessionId: string): Promise<RecordedRequest[]> {
  return logOf(database).requests(sessionId)
}

/** The turn at which a request was recorded: the last one that began no later. */
export function turnOf({ turns, entries }: Outline, { lastRow }: RecordedRequest): Turn | undefined {
  if (lastRow === undefined) return undefined
  return turns.findLast(({ entryIndex }) => entries[entryIndex]!.row.id <= lastRow)
}

function logOf({ handle, tableNames }: Database): UsageLog {
  return new UsageLog(toSqlDriver(handle), { ...tableNames, createTables: false })
}
