import {
  type ItemIdentity,
  identifyItem,
  isItemSql,
  itemsSql,
  mayBeToolSql,
  readItem,
} from '@persql/session-core'
import { type RawBuilder, sql } from 'kysely'
import { type Database, type Rows, read, tablesOf } from './database.ts'
import { decodeRows, takeWithin } from './item-texts.ts'
import { failedSql, isFailed, isRejected, outputSql, rejectedSql } from './tool-failures.ts'
import { wordsOf } from './words.ts'

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

export interface Tools {
  /** Those with the most calls, most first. */
  readonly uses: readonly ToolUse[]
  /** How many items of tools were looked at, the newest ones; absent where all were. */
  readonly newest?: number
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

/** How many tools are named. */
const TOOLS = 12
/** How much is read to count calls where SQL cannot. */
const DECODED = { rows: 10_000, bytes: 32_000_000 }

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

/** Where a condition with a parameter goes into a text. */
const PLACE = '\u0000'

/** Calls by tool, with what became of them; the items of both SDKs. A hosted call holds its own answer. */
export async function readTools(database: Database, range: Range, signal: AbortSignal): Promise<Tools> {
  const { dialect, sessions } = database
  if (!dialect.items) return decodeTools(database, range, signal)
  const output = `case when ${isItemSql()} then substr(${outputSql('message_data')}, 1, 500) end as output`
  const [before = '', behind = ''] = itemsSql({
    messages: sessions?.messages ?? '',
    columns: ['session_id', output],
    where: `${PLACE} and ${mayBeToolSql()}`,
  }).split(PLACE)
  const query = sql`with ${sql.raw(before)}${isRecent(database, range)}${sql.raw(behind)}, told as materialized (
      select *, ${sql.raw(failedSql('output', 'status'))} as failed, ${sql.raw(rejectedSql('output'))} as rejected from item
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
    group by call.tool order by calls desc, call.tool limit ${sql.lit(TOOLS)}`
  const [rows = []] = await read(database, [query], signal)
  const uses = rows.map(([name, calls, failed, rejected, waiting]) => ({
    name: String(name),
    calls: Number(calls),
    failed: Number(failed),
    rejected: Number(rejected),
    waiting: Number(waiting),
  }))
  return { uses }
}

/** Words of which calls and results of tools have one. */
const TOOL_WORDS = ['call', 'output', 'result', 'program', 'mcp_']

/** The same where SQL cannot look into items: of the newest ones, which are read here. */
async function decodeTools(database: Database, range: Range, signal: AbortSignal): Promise<Tools> {
  const { dialect } = database
  const words = TOOL_WORDS.map((word) => sql`message_data like ${sql.lit(`%${word}%`)}`)
  const query = sql`select id, session_id, ${dialect.byteLength(sql`message_data`)} from ${tablesOf(database).messages}
    where ${isRecent(database, range)} and (${sql.join(words, sql` or `)})
    order by id desc limit ${sql.lit(DECODED.rows + 1)}`
  const [rows = []] = await read(database, [query], signal)
  const found = rows.map(([id, session, size]) => ({
    id: Number(id),
    size: Number(size),
    session: String(session),
  }))
  const newest = takeWithin(found, DECODED)
  const told = await decodeRows(database, newest, tellTool, signal)
  const items = newest.flatMap(({ id, session }) => {
    const item = told.get(id)
    return item ? [{ ...item, key: JSON.stringify([session, item.link]) }] : []
  })
  const results = new Map<string, { failed: boolean; rejected: boolean }>()
  for (const { kind, link, key, failed, rejected } of items) {
    if (kind !== 'result' || link === undefined) continue
    const known = results.get(key)
    results.set(key, {
      failed: failed || known?.failed === true,
      rejected: rejected || known?.rejected === true,
    })
  }
  const uses = new Map<string, ToolUse>()
  for (const call of items) {
    if (call.kind !== 'call' || call.approval === 'asked') continue
    const name = call.tool ?? ''
    const { calls, failed, rejected, waiting } = uses.get(name) ?? NO_USE
    const answer = call.link === undefined ? call : results.get(call.key)
    uses.set(name, {
      name,
      calls: calls + 1,
      failed: failed + Number(answer?.failed ?? false),
      rejected: rejected + Number(answer?.rejected ?? false),
      waiting: waiting + Number(answer === undefined),
    })
  }
  const mostFirst = [...uses.values()].sort((a, b) => b.calls - a.calls || (a.name < b.name ? -1 : 1))
  return {
    uses: mostFirst.slice(0, TOOLS),
    ...(newest.length < found.length && { newest: newest.length }),
  }
}

const NO_USE = { calls: 0, failed: 0, rejected: 0, waiting: 0 }

function tellTool(item: object): Pick<ItemIdentity, 'kind' | 'link' | 'tool' | 'approval'> & {
  readonly failed: boolean
  readonly rejected: boolean
} {
  const { kind, link, tool, approval, status } = identifyItem(item)
  const [first] = readItem(item).said
  const said = first?.kind === 'text' ? first.text : ''
  return {
    kind,
    ...(link !== undefined && { link }),
    ...(tool !== undefined && { tool }),
    ...(approval !== undefined && { approval }),
    failed: isFailed(said, status),
    rejected: isRejected(said),
  }
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

/** Whether a row came in the range. Times are compared as SQLite writes them. */
function isRecent({ dialect }: Database, range: Range): RawBuilder<boolean> {
  const since = new Date(firstOf(range)).toISOString().slice(0, 19).replace('T', ' ')
  return sql`created_at >= ${dialect.typed(since, 'time')}`
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
