import { sql } from 'kysely'
import type { Database } from '../database.ts'
import { readAll, sessionQueries } from '../session-queries.ts'
import { count } from '../terminal/format.ts'
import { type Finding, ok } from './finding.ts'

const NAMED = 5

/** Rows that are no items, results without a call, calls without a result, items without a session. */
export async function checkItems(database: Database): Promise<Finding[]> {
  const { option } = database
  const { db, sessions, messages } = sessionQueries(database)
  const rows = db.selectFrom(messages).select(['id', 'session_id'])
  const isItem = sql<boolean>`(typeof(message_data) = 'text' and json_valid(message_data))`
  const fields = db
    .selectFrom(messages)
    .select(['id', 'session_id'])
    .select([
      sql<string | null>`json_extract(message_data, '$.type')`.as('type'),
      // As the SDK in TypeScript names it, or as the one in Python does.
      sql<string>`coalesce(json_extract(message_data, '$.callId'), json_extract(message_data, '$.call_id'))`.as(
        'call',
      ),
    ])
    // An expression of its own keeps SQLite from reading JSON before it is known to be valid.
    .where('id', 'in', db.selectFrom(messages).select('id').where(isItem))
  const calls = db
    .selectFrom(fields.as('field'))
    .select(({ fn }) => [
      fn.min('id').as('id'),
      'session_id',
      sql<number>`max(type like '%!_call' escape '!')`.as('has_call'),
      sql<number>`max(type like '%!_result' escape '!' or type like '%!_output' escape '!')`.as('has_result'),
    ])
    .where('call', 'is not', null)
    .where('type', '!=', 'hosted_tool_call')
    .groupBy(['session_id', 'call'])
  const found = db.selectFrom(calls.as('call')).select(['id', 'session_id'])
  const queries = [
    rows.where(({ not }) => not(isItem)),
    found.where('has_result', '=', 1).where('has_call', '=', 0),
    found.where('has_call', '=', 1).where('has_result', '=', 0),
    rows.where('session_id', 'not in', db.selectFrom(sessions).select('session_id')),
  ]
  const results = await readAll(
    database,
    queries.flatMap((query) => [
      db.selectFrom(query.as('found')).select(({ fn }) => fn.countAll().as('count')),
      db.selectFrom(query.as('found')).select(['id', 'session_id']).orderBy('id').limit(NAMED),
    ]),
  )
  const foundBy = (query: number): Found => ({
    number: Number(results[2 * query]?.rows[0]?.[0] ?? 0),
    first: (results[2 * query + 1]?.rows ?? []).map(([id, session]) => `#${id} in "${session}"`),
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
    finding('sessions', foundBy(3), 'item', ' of sessions that are not listed', {
      mend: `persql query${option} --write "insert into ${sessions} (session_id) select distinct session_id from ${messages} where session_id not in (select session_id from ${sessions})"`,
    }),
  ]
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
