import { type RawBuilder, sql } from 'kysely'
import type { Database } from './database.ts'

/** Days to look back from now; 1 is shown by the hour. */
export type Range = 1 | 7 | 30 | 90

export const RANGES: readonly Range[] = [1, 7, 30, 90]

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** How long an hour or a day of the range is, in milliseconds. */
export function stepOf(range: Range): number {
  return range === 1 ? HOUR : DAY
}

/** When the first hour or day of the range begins. */
export function firstOf(range: Range): number {
  const step = stepOf(range)
  const steps = range === 1 ? 24 : range
  return Math.floor(Date.now() / step) * step - (steps - 1) * step
}

/** Whether a row came in the range. */
export function isRecent(database: Database, range: Range): RawBuilder<boolean> {
  return isFrom(database, firstOf(range))
}

/** Whether a row came in the hour or on the day that begins like this: `2026-01-31 23:00`, `2026-01-31`. */
export function isAt(database: Database, at: string): RawBuilder<boolean> {
  const first = Date.parse(at.length > 10 ? `${at.replace(' ', 'T')}Z` : at)
  return sql`${isFrom(database, first)} and not ${isFrom(database, first + (at.length > 10 ? HOUR : DAY))}`
}

/** Times are compared as SQLite writes them. */
function isFrom({ dialect }: Database, time: number): RawBuilder<boolean> {
  const since = new Date(time).toISOString().slice(0, 19).replace('T', ' ')
  return sql`created_at >= ${dialect.typed(since, 'time')}`
}
