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
  const bucket = wordsOf(database.dialect).upTo(range === 1 ? 'hour' : 'day', 'created_at')
  const query = sql`with part as materialized (
      select ${bucket} as bucket, session_id, count(*) as items from ${tablesOf(database).messages}
      where ${isRecent(database, range)} group by 1, session_id
    ), busiest as (select session_id, sum(items) as items from part 
      group by session_id order by items desc, session_id limit 6)
    select bucket, sum(items), count(*) from part group by bucket
    union all select session_id, items, null from busiest`
  const [rows = []] = await read(database, [query], signal)
  const buckets = rows.filter(([, , sessions]) => sessions !== null)
  const busiest = rows.filter(([, , sessions]) => sessions === null)
  return { buckets: fill(buckets, range), busiest: mostFirst(busiest) }
}

export async function readTotals(database: Database, signal: AbortSignal): Promise<Totals> {
  const { sessions, messages } = tablesOf(database)
  const query = sql`with part as materialized (
      select session_id, count(*) as items, sum(${database.dialect.byteLength(sql`message_data`)}) as bytes
      from ${messages} group by session_id
    ), longest as (select session_id, items from part order by items desc, session_id limit 6),
    largest as (select session_id, bytes from part order by bytes desc, session_id limit 6)
    select 'items' as what, null as session_id, sum(items) as number from part
    union all select 'bytes', null, sum(bytes) from part
    union all select 'sessions', null, count(*) from ${sessions}
    union all select 'longest', session_id, items from longest
    union all select 'largest', session_id, bytes from largest`
  const [rows = []] = await read(database, [query], signal)
  const of = (what: string) => rows.filter(([one]) => one === what).map(([, ...figure]) => figure)
  const totalOf = (what: string) => Number(of(what)[0]?.[1] ?? 0)
  // Servers may keep it to themselves.
  const size = await read(database, wordsOf(database.dialect).size, signal).catch(() => [])
  return {
    sessions: totalOf('sessions'),
    items: totalOf('items'),
    itemBytes: totalOf('bytes'),
    databaseBytes: size.reduce((product, [row]) => product * Number(row?.[0] ?? 0), size.length > 0 ? 1 : 0),
    longest: mostFirst(of('longest')),
    largest: mostFirst(of('largest')),
  }
}

function mostFirst(rows: Rows): SessionFigure[] {
  const figures = rows.map(([id, count]) => ({ id: String(id), count: Number(count) }))
  return figures.sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1))
}

/** With the hours or days in which nothing happened. */
function fill(rows: Rows, range: Range): Bucket[] {
  const found = new Map(
    rows.map(([at, items, sessions]) => [String(at), { items: Number(items), sessions: Number(sessions) }]),
  )
  return stepsOf(range).map((at) => ({ at, ...(found.get(at) ?? { items: 0, sessions: 0 }) }))
}
