import { sql } from 'kysely'
import { type Database, type Rows, read, tablesOf } from './database.ts'
import { isRecent, type Range, stepsOf } from './range.ts'
import { wordsOf } from './words.ts'

interface Bucket {
  /** As in `2026-01-31`, or `2026-01-31 23:00`; UTC. */
  readonly at: string
  readonly items: number
  readonly sessions: number
}

export interface SessionFigure {
  readonly id: string
  readonly count: number
}

export interface Activity {
  readonly buckets: readonly Bucket[]
  readonly busiest: readonly SessionFigure[]
}

export interface Totals {
  readonly sessions: number
  readonly items: number
  /** Of the text of all items. */
  readonly itemBytes: number
  /** Of the whole database; 0 where the API does not tell. */
  readonly databaseBytes: number
  readonly longest: readonly SessionFigure[]
  readonly largest: readonly SessionFigure[]
}

export async function readActivity(database: Database, range: Range, signal: AbortSignal): Promise<Activity> {
  const { messages } = tablesOf(database)
  const bucket = wordsOf(database.dialect).upTo(range === 1 ? 'hour' : 'day', 'created_at')
  const recent = isRecent(database, range)
  const [buckets = [], busiest = []] = await read(
    database,
    [
      sql`select ${bucket} as bucket, count(*), count(distinct session_id) from ${messages}
          where ${recent} group by bucket order by bucket`,
      sql`select session_id, count(*) as items from ${messages} where ${recent}
          group by session_id order by items desc limit 6`,
    ],
    signal,
  )
  return { buckets: fill(buckets, range), busiest: busiest.map(toFigure) }
}

export async function readTotals(database: Database, signal: AbortSignal): Promise<Totals> {
  const { sessions, messages } = tablesOf(database)
  const bytes = database.dialect.byteLength(sql`message_data`)
  const queries = [
    sql`select (select count(*) from ${sessions}), count(*), sum(${bytes}) from ${messages}`,
    sql`select session_id, count(*) as n from ${messages} group by session_id order by n desc limit 6`,
    sql`select session_id, sum(${bytes}) as n from ${messages} group by session_id order by n desc limit 6`,
  ]
  const [[totals], longest, largest] = (await read(database, queries, signal)) as [Rows, Rows, Rows]
  // Servers may keep it to themselves.
  const size = await read(database, wordsOf(database.dialect).size, signal).catch(() => [])
  return {
    sessions: Number(totals?.[0]),
    items: Number(totals?.[1]),
    itemBytes: Number(totals?.[2]),
    databaseBytes: size.reduce((product, [row]) => product * Number(row?.[0] ?? 0), size.length > 0 ? 1 : 0),
    longest: longest.map(toFigure),
    largest: largest.map(toFigure),
  }
}

function toFigure([id, count]: Rows[number]): SessionFigure {
  return { id: String(id), count: Number(count) }
}

/** With the hours or days in which nothing happened. */
function fill(rows: Rows, range: Range): Bucket[] {
  const found = new Map(
    rows.map(([at, items, sessions]) => [String(at), { items: Number(items), sessions: Number(sessions) }]),
  )
  return stepsOf(range).map((at) => ({ at, ...(found.get(at) ?? { items: 0, sessions: 0 }) }))
}
