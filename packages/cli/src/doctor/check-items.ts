import {
  type ItemWords,
  isItemSql,
  itemsSql,
  itemWordsSql,
  mayBeToolSql,
  RawSessions,
  type SqlResult,
  type SqlStatement,
} from '@persql/session-core'
import type { Database } from '../database.ts'
import { quoteTable } from '../quote-table.ts'
import { count } from '../terminal/format.ts'
import { itemRows } from '../transfer/item-rows.ts'
import { sessionSummaries } from '../transfer/session-summaries.ts'
import { type Finding, ok } from './finding.ts'

const NAMED = 5

/**
 * Rows that are no items, results without a call, calls without a result, items without a session, and sessions in the
 * words of both Agents SDKs.
 */
export async function checkItems(database: Database): Promise<Finding[]> {
  const { option, driver, tables } = database
  const { messagesTable: messages, sessionsTable: sessions } = tables
  const { corrupt, results, calls, unlisted, words } =
    driver.dialect === 'postgres' ? await foundByDecoding(database) : await foundBySql(database)
  return [
    finding('items', corrupt, 'corrupt row', ', which reads pass over', {
      mend: `Look at them with \`persql sessions show${option}\`; delete them with: persql query${option} --write "delete from ${messages} where id = …"`,
    }),
    finding('tool results', results, 'result', ' without a call, which models refuse', {
      mend: `Delete them: persql query${option} --write "delete from ${messages} where id = …"`,
    }),
    finding('tool calls', calls, 'call', ' without a result: running, waiting for approval, or given up', {
      status: 'warning',
    }),
    finding('words', words, 'session', ' in the words of both Agents SDKs, which sessions of PerSQL read', {
      status: 'warning',
      mend: `persql sessions convert${option} --to shared`,
    }),
    finding('sessions', unlisted, 'item', ' of sessions that are not listed', {
      mend: `persql query${option} --write "insert into ${sessions} (session_id) select distinct session_id from ${messages} where session_id not in (select session_id from ${sessions})"`,
    }),
  ]
}

interface AllFound {
  readonly corrupt: Found
  readonly results: Found
  readonly calls: Found
  readonly unlisted: Found
  readonly words: Found
}

async function foundBySql({ driver, tables }: Database): Promise<AllFound> {
  const messages = quoteTable(tables.messagesTable)
  const checks = {
    corrupt: `select id, session_id from ${messages} where not ${isItemSql()}`,
    results: linkedSql(
      messages,
      'first_result',
      'first_result is not null and ifnull(first_result < first_call, true)',
    ),
    calls: linkedSql(
      messages,
      'first_call',
      `first_call is not null and first_result is null and not (type = 'tool_search_call' and session_id in
        (select session_id from item where type = 'tool_search_output' and link is null))`,
    ),
    unlisted: unlistedSql(tables),
    words: `select min(id) as id, session_id from (select id, session_id, ${itemWordsSql()} as words from ${messages})
      where words in ('js', 'responses') group by session_id having count(distinct words) = 2`,
  }
  const results = await driver.batch(Object.values(checks).map(countedSql), { readOnly: true })
  return Object.fromEntries(
    Object.keys(checks).map((check, place) => [check, toFound(results[place])]),
  ) as unknown as AllFound
}

/** The same where SQL cannot look into items: all of them are read. */
async function foundByDecoding({ driver, tables }: Database): Promise<AllFound> {
  const [result] = await driver.batch([countedSql(unlistedSql(tables))], { readOnly: true })
  const found = { corrupt: [], results: [], calls: [], words: [] } as Record<
    Exclude<keyof AllFound, 'unlisted'>,
    Place[]
  >
  const stored = new RawSessions(driver, tables)
  for await (const { sessionId } of sessionSummaries(stored)) {
    const words = new Map<ItemWords, number>()
    const firstCalls = new Map<string, Place & { readonly type: string }>()
    const firstResults = new Map<string, Place>()
    let hasNamelessResult = false
    for await (const { rowId, item, words: own } of itemRows(stored, sessionId)) {
      const place = { rowId, sessionId }
      if (!item || !own) {
        found.corrupt.push(place)
        continue
      }
      const { kind, type, link } = item
      if (!words.has(own)) words.set(own, rowId)
      if (type === 'tool_search_output' && link === undefined) hasNamelessResult = true
      if (link === undefined) continue
      if (kind === 'call' && !firstCalls.has(link)) firstCalls.set(link, { ...place, type })
      if (kind === 'result' && !firstResults.has(link)) firstResults.set(link, place)
    }
    for (const [link, result] of firstResults) {
      const call = firstCalls.get(link)
      if (!call || result.rowId < call.rowId) found.results.push(result)
    }
    for (const [link, { type, ...call }] of firstCalls) {
      const mayBeAnswered = type === 'tool_search_call' && hasNamelessResult
      if (!firstResults.has(link) && !mayBeAnswered) found.calls.push(call)
    }
    const [js, responses] = [words.get('js'), words.get('responses')]
    if (js !== undefined && responses !== undefined)
      found.words.push({ rowId: Math.min(js, responses), sessionId })
  }
  const { corrupt, results, calls, words } = found
  return {
    corrupt: inOrder(corrupt),
    results: inOrder(results),
    calls: inOrder(calls),
    words: inOrder(words),
    unlisted: toFound(result),
  }
}

interface Place {
  readonly rowId: number
  readonly sessionId: string
}

function inOrder(places: readonly Place[]): Found {
  const first = places.toSorted((one, other) => one.rowId - other.rowId).slice(0, NAMED)
  return { number: places.length, first: first.map(nameOf) }
}

function nameOf({ rowId, sessionId }: Place): string {
  return `#${rowId} in "${sessionId}"`
}

function unlistedSql({ messagesTable, sessionsTable }: Database['tables']): string {
  return `select id, session_id from ${quoteTable(messagesTable)}
    where session_id not in (select session_id from ${quoteTable(sessionsTable)})`
}

function countedSql(found: string): SqlStatement {
  return {
    sql: `select count(*) over () as count, id, session_id from (${found}) as found order by id limit ${NAMED}`,
  }
}

function toFound(result: SqlResult | undefined): Found {
  const rows = result?.rows ?? []
  return {
    number: Number(rows[0]?.[0] ?? 0),
    first: rows.map(([, id, session]) => nameOf({ rowId: Number(id), sessionId: String(session) })),
  }
}

/**
 * Calls and results by what they have in common. A tool search whose result came without an id has no result that
 * SQL could tell.
 */
function linkedSql(messages: string, id: 'first_call' | 'first_result', condition: string): string {
  return `with ${itemsSql({ messages, columns: ['id', 'session_id'], where: mayBeToolSql() })}, linked as (
      select session_id, link, min(case kind when 'call' then id end) as first_call,
        min(case kind when 'result' then id end) as first_result, min(case kind when 'call' then type end) as type
      from item where link is not null group by session_id, link
    ) select ${id} as id, session_id from linked where ${condition}`
}

interface Found {
  readonly number: number
  readonly first: readonly string[]
}

function finding(
  check: string,
  { number, first }: Found,
  noun: string,
  what: string,
  { status = 'problem', mend }: { status?: 'warning' | 'problem'; mend?: string },
): Finding {
  if (number === 0) return ok(check, 'nothing wrong')
  const named = `${first.join(', ')}${number > first.length ? ', …' : ''}`
  return {
    check,
    status,
    message: `${count(number, noun)}${what}: ${named}`,
    ...(mend !== undefined && { mend }),
  }
}
