import { isItemSql, itemsSql, mayBeToolSql } from '@persql/session-core'
import { type Database, type Rows, read, type SessionTables } from './database.ts'
import { failedSql, outputSql, rejectedSql } from './tool-failures.ts'

/** Days to look back from now; 1 is shown by the hour. */
export type Range = 1 | 7 | 30 | 90

interface Bucket {
  /** As in `2026-01-31`, or `2026-01-31 23:00`; UTC. */
  readonly at: string
  readonly items: number
  readonly sessions: number
}

export interface ToolUse {
  readonly name: string
  readonly calls: number
  readonly failed: number
  readonly rejected: number
  readonly waiting: number
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

export async function readActivity(
  { handle }: Database,
  { messages }: SessionTables,
  range: Range,
  signal: AbortSignal,
): Promise<Activity> {
  const format = range === 1 ? '%Y-%m-%d %H:00' : '%Y-%m-%d'
  const since = sinceOf(range)
  const [buckets = [], busiest = []] = await read(
    handle,
    [
      {
        sql: `select strftime(?, created_at) as at, count(*), count(distinct session_id) from ${messages}
          where created_at >= ? group by at order by at`,
        params: [format, since],
      },
      {
        sql: `select session_id, count(*) as items from ${messages} where created_at >= ?
          group by session_id order by items desc limit 6`,
        params: [since],
      },
    ],
    signal,
  )
  return { buckets: fill(buckets, range), busiest: busiest.map(toFigure) }
}

export async function readTotals(
  { handle }: Database,
  { sessions, messages }: SessionTables,
  signal: AbortSignal,
): Promise<Totals> {
  const statements = [
    {
      sql: `select (select count(*) from ${sessions}), count(*), sum(octet_length(message_data)) from ${messages}`,
    },
    { sql: `select session_id, count(*) as n from ${messages} group by session_id order by n desc limit 6` },
    {
      sql: `select session_id, sum(octet_length(message_data)) as n from ${messages}
        group by session_id order by n desc limit 6`,
    },
  ]
  const [[totals], longest, largest] = (await read(handle, statements, signal)) as [Rows, Rows, Rows]
  // As statements: a view of a caller goes before a function of its name. Servers may keep them to themselves.
  const size = [{ sql: 'pragma main.page_count' }, { sql: 'pragma main.page_size' }]
  const [[[pages] = []] = [], [[pageSize] = []] = []] = await read(handle, size, signal).catch(() => [])
  return {
    sessions: Number(totals?.[0]),
    items: Number(totals?.[1]),
    itemBytes: Number(totals?.[2]),
    databaseBytes: Number(pages ?? 0) * Number(pageSize ?? 0),
    longest: longest.map(toFigure),
    largest: largest.map(toFigure),
  }
}

/** Calls by tool, with what became of them; the items of both SDKs. A hosted call holds its own answer. */
export async function readTools(
  { handle }: Database,
  { messages }: SessionTables,
  range: Range,
  signal: AbortSignal,
): Promise<readonly ToolUse[]> {
  const output = `case when ${isItemSql()} then substr(${outputSql('message_data')}, 1, 500) end as output`
  const items = itemsSql({
    messages,
    columns: ['session_id', output],
    where: `created_at >= ? and ${mayBeToolSql()}`,
  })
  const sql = `with ${items}, told as materialized (
      select *, ${failedSql('output', 'status')} as failed, ${rejectedSql('output')} as rejected from item
    ), result as materialized (
      select session_id, link, max(failed) as failed, max(rejected) as rejected
      from told where kind = 'result' and link is not null group by session_id, link
    )
    select call.tool, count(*) as calls,
      sum(coalesce(result.failed, call.link is null and call.failed)),
      sum(coalesce(result.rejected, call.link is null and call.rejected)),
      sum(call.link is not null and result.link is null)
    from told call left join result on result.session_id = call.session_id and result.link = call.link
    where call.kind = 'call' and not call.asks_approval
    group by call.tool order by calls desc, call.tool limit 12`
  const [rows = []] = await read(handle, [{ sql, params: [sinceOf(range)] }], signal)
  return rows.map(([name, calls, failed, rejected, waiting]) => ({
    name: String(name),
    calls: Number(calls),
    failed: Number(failed),
    rejected: Number(rejected),
    waiting: Number(waiting),
  }))
}

function toFigure([id, count]: Rows[number]): SessionFigure {
  return { id: String(id), count: Number(count) }
}

const HOUR = 3_600_000
const DAY = 24 * HOUR

function firstOf(range: Range): number {
  const step = range === 1 ? HOUR : DAY
  return Math.floor(Date.now() / step) * step - (range === 1 ? 23 * HOUR : (range - 1) * DAY)
}

/** As SQLite writes times. */
function sinceOf(range: Range): string {
  return new Date(firstOf(range)).toISOString().slice(0, 19).replace('T', ' ')
}

/** With the hours or days in which nothing happened. */
function fill(rows: Rows, range: Range): Bucket[] {
  const found = new Map(
    rows.map(([at, items, sessions]) => [String(at), { items: Number(items), sessions: Number(sessions) }]),
  )
  const step = range === 1 ? HOUR : DAY
  return Array.from({ length: range === 1 ? 24 : range }, (_, index) => {
    const time = new Date(firstOf(range) + index * step).toISOString()
    const at = range === 1 ? `${time.slice(0, 10)} ${time.slice(11, 13)}:00` : time.slice(0, 10)
    return { at, ...(found.get(at) ?? { items: 0, sessions: 0 }) }
  })
}
