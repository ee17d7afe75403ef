import {
  type ItemIdentity,
  identifyItem,
  isItemSql,
  itemsSql,
  mayBeToolSql,
  readItem,
  TOOL_MARKS,
} from '@persql/session-core'
import { type RawBuilder, sql } from 'kysely'
import { type Database, read, tablesOf } from './database.ts'
import { decodeRows, takeWithin } from './item-texts.ts'
import { isRecent, type Range } from './range.ts'
import { failedSql, isFailed, isRejected, outputSql, rejectedSql } from './tool-failures.ts'

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

/** Which calls of tools somebody looks for. */
export interface CallSearch {
  /** Those that failed, or those that have no result; absent for all. */
  readonly state?: 'failed' | 'open' | undefined
  readonly tool?: string | undefined
  readonly range: Range
}

/** How many tools are named. */
const TOOLS = 12
/** How many sessions are found by their calls. */
const SESSIONS = 1000
/** How much is read to count calls where SQL cannot. */
const DECODED = { rows: 10_000, bytes: 32_000_000 }

/** Calls by tool, with what became of them; the items of both SDKs. A hosted call holds its own answer. */
export async function readTools(database: Database, range: Range, signal: AbortSignal): Promise<Tools> {
  if (!database.dialect.items) return decodeTools(database, range, signal)
  const query = sql`with ${callsSql(database, range)}
    select tool, count(*) as calls, sum(failed), sum(rejected), sum(waiting) from tool_call
    group by tool order by calls desc, tool limit ${sql.lit(TOOLS)}`
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

/** The ids of the sessions that have such calls: those of the newest calls. */
export async function findSessionsByCalls(
  database: Database,
  { state, tool, range }: CallSearch,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  if (!database.dialect.items) {
    const { calls } = await decodeCalls(database, range, signal)
    const found = calls.filter(
      (call) =>
        (tool === undefined || call.tool === tool) &&
        (state === undefined || (state === 'failed' ? call.failed : call.waiting)),
    )
    return [...new Set(found.map(({ session }) => session))].slice(0, SESSIONS)
  }
  const conditions = [
    ...(state === undefined ? [] : [state === 'failed' ? sql`failed` : sql`waiting`]),
    ...(tool === undefined ? [] : [sql`tool = ${tool}`]),
  ]
  const query = sql`with ${callsSql(database, range)}
    select session_id from tool_call where ${conditions.length > 0 ? sql.join(conditions, sql` and `) : sql`true`}
    group by session_id order by max(id) desc limit ${sql.lit(SESSIONS)}`
  const [rows = []] = await read(database, [query], signal)
  return rows.map(([id]) => String(id))
}

/** Where a condition with a parameter goes into a text. */
const PLACE = '\u0000'

/** Common table expressions; the last one, `tool_call`, has a row for each call. */
function callsSql(database: Database, range: Range): RawBuilder<unknown> {
  const output = `case when ${isItemSql()} then substr(${outputSql('message_data')}, 1, 500) end as output`
  const [before = '', behind = ''] = itemsSql({
    messages: database.sessions?.messages ?? '',
    columns: ['id', 'session_id', output],
    where: `${PLACE} and ${mayBeToolSql()}`,
  }).split(PLACE)
  return sql`${sql.raw(before)}${isRecent(database, range)}${sql.raw(behind)}, told as materialized (
      select *, ${sql.raw(failedSql('output', 'status'))} as failed, ${sql.raw(rejectedSql('output'))} as rejected from item
    ), result as materialized (
      select session_id, link, max(failed) as failed, max(rejected) as rejected
      from told where kind = 'result' and link is not null group by session_id, link
    ), tool_call as materialized (
      select call.id, call.session_id, call.tool,
        coalesce(result.failed, call.link is null and call.failed) as failed,
        coalesce(result.rejected, call.link is null and call.rejected) as rejected,
        call.link is not null and result.link is null as waiting
      from told call left join result on result.session_id = call.session_id and result.link = call.link
      where call.kind = 'call' and not call.asks_approval
    )`
}

interface ToolCall {
  readonly session: string
  readonly tool: string
  readonly failed: boolean
  readonly rejected: boolean
  readonly waiting: boolean
}

/** The calls where SQL cannot look into items: of the newest ones, which are read here; newest first. */
async function decodeCalls(
  database: Database,
  range: Range,
  signal?: AbortSignal,
): Promise<{ readonly calls: readonly ToolCall[]; readonly newest?: number }> {
  const { dialect } = database
  const marks = TOOL_MARKS.map(
    (mark) => sql`message_data like ${sql.lit(`%${mark.replaceAll('_', '!_')}%`)} escape '!'`,
  )
  const query = sql`select id, session_id, ${dialect.byteLength(sql`message_data`)} from ${tablesOf(database).messages}
    where ${isRecent(database, range)} and (${sql.join(marks, sql` or `)})
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
    return item ? [{ ...item, session, key: JSON.stringify([session, item.link]) }] : []
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
  const calls = items.flatMap((call): ToolCall[] => {
    if (call.kind !== 'call' || call.approval === 'asked') return []
    const answer = call.link === undefined ? call : results.get(call.key)
    const { failed = false, rejected = false } = answer ?? {}
    return [{ session: call.session, tool: call.tool ?? '', failed, rejected, waiting: answer === undefined }]
  })
  return { calls, ...(newest.length < found.length && { newest: newest.length }) }
}

async function decodeTools(database: Database, range: Range, signal: AbortSignal): Promise<Tools> {
  const { calls, ...rest } = await decodeCalls(database, range, signal)
  const uses = new Map<string, ToolUse>()
  for (const call of calls) {
    const { calls, failed, rejected, waiting } = uses.get(call.tool) ?? NO_USE
    uses.set(call.tool, {
      name: call.tool,
      calls: calls + 1,
      failed: failed + Number(call.failed),
      rejected: rejected + Number(call.rejected),
      waiting: waiting + Number(call.waiting),
    })
  }
  const mostFirst = [...uses.values()].sort((a, b) => b.calls - a.calls || (a.name < b.name ? -1 : 1))
  return { uses: mostFirst.slice(0, TOOLS), ...rest }
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
