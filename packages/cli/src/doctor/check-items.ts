import { quoteName } from '@persql/sdk/sqlite'
import { isItemSql, itemsSql, itemWordsSql, mayBeToolSql, RawSessions } from '@persql/session-core'
import type { Database } from '../database.ts'
import { count } from '../terminal/format.ts'
import { decodeRow } from '../transcript/transcript.ts'
import { sessionSummaries } from '../transfer/session-summaries.ts'
import { type Finding, ok } from './finding.ts'

const NAMED = 5

/**
 * Rows that are no items, results without a call, calls without a result, items without a session, and sessions in the
 * words of both Agents SDKs.
 */
export async function checkItems(database: Database): Promise<Finding[]> {
  const { option, driver, tables } = database
  if (driver.dialect === 'postgres') return checkDecoded(database)
  const [sessions, messages] = [tables.sessionsTable, tables.messagesTable]
  const [inSessions, inMessages] = [quoteName(sessions), quoteName(messages)]
  const checks = [
    `select id, session_id from ${inMessages} where not ${isItemSql()}`,
    linkedSql(
      inMessages,
      'first_result',
      'first_result is not null and ifnull(first_result < first_call, true)',
    ),
    linkedSql(
      inMessages,
      'first_call',
      `first_call is not null and first_result is null and not (type = 'tool_search_call' and session_id in
        (select session_id from item where type = 'tool_search_output' and link is null))`,
    ),
    `select id, session_id from ${inMessages} where session_id not in (select session_id from ${inSessions})`,
    `select min(id) as id, session_id from (select id, session_id, ${itemWordsSql()} as words from ${inMessages})
      where words in ('js', 'responses') group by session_id having count(distinct words) = 2`,
  ]
  const results = await driver.batch(
    checks.map((found) => ({
      sql: `select count(*) over () as count, id, session_id from (${found}) order by id limit ${NAMED}`,
    })),
    { readOnly: true },
  )
  const foundBy = (check: number): Found => ({
    number: Number(results[check]?.rows[0]?.[0] ?? 0),
    first: (results[check]?.rows ?? []).map(([, id, session]) => `#${id} in "${session}"`),
  })
  return [
    finding('items', foundBy(0), 'corrupt row', ', which reads pass over', {
      mend: `Look at them with \`persql sessions show${option}\`; delete them with: persql query${option} --write "delete from ${messages} where id = …"`,
    }),
    finding('tool results', foundBy(1), 'result', ' without a call, which models refuse', {
      mend: `Delete them: persql query${option} --write "delete from ${messages} where id = …"`,
    }),
    finding(
      'tool calls',
      foundBy(2),
      'call',
      ' without a result: running, waiting for approval, or given up',
      {
        status: 'warning',
      },
    ),
    finding(
      'words',
      foundBy(4),
      'session',
      ' in the words of both Agents SDKs, which sessions of PerSQL read',
      {
        status: 'warning',
        mend: `persql sessions convert${option} --to shared`,
      },
    ),
    finding('sessions', foundBy(3), 'item', ' of sessions that are not listed', {
      mend: `persql query${option} --write "insert into ${sessions} (session_id) select distinct session_id from ${messages} where session_id not in (select session_id from ${sessions})"`,
    }),
  ]
}

const PAGE = { limit: 1000, bytes: 8_000_000 }

/** Rows that are no items, where SQL cannot look into them: all of them are read. */
async function checkDecoded({ driver, tables, option }: Database): Promise<Finding[]> {
  const stored = new RawSessions(driver, tables)
  const first: string[] = []
  let number = 0
  for await (const { sessionId } of sessionSummaries(stored)) {
    for (let row = 0; ; ) {
      const rows = await stored.readPage(sessionId, { after: row, ...PAGE })
      const corrupt = rows.filter((one) => decodeRow(one) === undefined)
      number += corrupt.length
      for (const { rowId } of corrupt) if (first.length < NAMED) first.push(`#${rowId} in "${sessionId}"`)
      row = rows.at(-1)?.rowId ?? row
      if (rows.length === 0) break
    }
  }
  const mend = `Look at them with \`persql sessions show${option}\`; delete them with: persql query${option} --write "delete from ${tables.messagesTable} where id = …"`
  return [finding('items', { number, first }, 'corrupt row', ', which reads pass over', { mend })]
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
