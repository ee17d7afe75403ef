import { type RawBuilder, sql } from 'kysely'
import type { Database } from './database.ts'

/** Days to look back from now; 1 is shown by the hour. */
export type Range = 1 | 7 | 30 | 90

export const RANGES: readonly Range[] = [1, 7, 30, 90]

/** Behind a number: `in 7 days`. */
export function inRange(range: Range): string {
  return range === 1 ? 'in 24 hours' : `in ${range} days`
}

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** The hours or days of a range, the last of which is now: `2026-01-31 23:00` or `2026-01-31`; UTC. */
export function stepsOf(range: Range): readonly string[] {
  const [step, count] = range === 1 ? [HOUR, 24] : [DAY, range]
  return Array.from({ length: count }, (_, index) => {
    const time = new Date(firstOf(range) + index * step).toISOString()
    return range === 1 ? `${time.slice(0, 10)} ${time.slice(11, 13)}:00` : time.slice(0, 10)
  })
}

/** When the first hour or day of the range begins. */
export function firstOf(range: Range): number {
  const [step, count] = range === 1 ? [HOUR, 24] : [DAY, range]
  return (Math.floor(Date.now() / step) - (count - 1)) * step
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
