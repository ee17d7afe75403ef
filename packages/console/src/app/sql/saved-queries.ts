import { isItemSql } from '@persql/session-core'
import type { SessionTables } from '../data/database.ts'
import { failedSql, outputSql } from '../data/tool-failures.ts'

export interface SavedQuery {
  readonly name: string
  readonly sql: string
}

const KEY = 'persql-console-queries'

/** Those of the user, kept in this browser. */
export function readSavedQueries(): readonly SavedQuery[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(stored) ? stored.filter(isSavedQuery) : []
  } catch {
    return []
  }
}

export function writeSavedQueries(queries: readonly SavedQuery[]): void {
  localStorage.setItem(KEY, JSON.stringify(queries))
}

function isSavedQuery(value: unknown): value is SavedQuery {
  const { name, sql } = (value ?? {}) as Partial<SavedQuery>
  return typeof name === 'string' && typeof sql === 'string'
}

/** What operators ask, ready to run. */
export function operationalQueries({ sessions, messages }: SessionTables): readonly SavedQuery[] {
  return [
    {
      name: 'Active in the last hour',
      sql: `select s.session_id, s.updated_at, count(*) as items
from ${sessions} s join ${messages} m using (session_id)
where s.updated_at >= datetime('now', '-1 hour')
group by s.session_id
order by s.updated_at desc`,
    },
    {
      name: 'Failed tool calls',
      sql: `with result as materialized (
  select id, session_id, created_at, json_extract(message_data, '$.name') as tool,
    json_extract(message_data, '$.status') as status,
    ${outputSql('message_data')} as output
  from ${messages}
  where json_valid(message_data)
    and json_extract(message_data, '$.type') in ('function_call_result', 'function_call_output')
)
select session_id, id, created_at, tool, output
from result
where ${failedSql('output', 'status')}
order by id desc
limit 200`,
    },
    {
      name: 'Tool calls without a result',
      sql: `with item as materialized (
  select id, session_id, created_at, json_extract(message_data, '$.type') as type,
    json_extract(message_data, '$.name') as tool,
    coalesce(json_extract(message_data, '$.callId'), json_extract(message_data, '$.call_id')) as call_id
  from ${messages}
  where json_valid(message_data) and instr(message_data, '"function_call')
)
select call.id, call.session_id, call.created_at, call.tool, call.call_id
from item call
left join item result on result.session_id = call.session_id and result.call_id = call.call_id
  and result.type <> 'function_call'
where call.type = 'function_call' and result.id is null
order by call.id desc
limit 200`,
    },
    {
      name: 'Largest items',
      sql: `select id, session_id, created_at, octet_length(message_data) as bytes
from ${messages}
order by bytes desc
limit 50`,
    },
    {
      name: 'Rows that are no items',
      sql: `select id, session_id, created_at, substr(message_data, 1, 200) as beginning
from ${messages}
where not ${isItemSql()}
order by id desc`,
    },
    {
      name: 'Sessions without items',
      sql: `select s.* from ${sessions} s
where not exists (select 1 from ${messages} m where m.session_id = s.session_id)`,
    },
    {
      name: 'What users ask most',
      sql: `select lower(trim(coalesce(json_extract(message_data, '$.content[0].text'), json_extract(message_data, '$.content')))) as question,
  count(*) as times, count(distinct session_id) as sessions
from ${messages}
where json_valid(message_data) and json_extract(message_data, '$.role') = 'user'
group by question
order by times desc
limit 50`,
    },
    {
      name: 'Sessions by number of turns',
      sql: `with item as (
  select session_id, id, created_at, json_extract(message_data, '$.role') = 'user' as is_user
  from ${messages}
  where ${isItemSql()}
), placed as (
  select *, lag(is_user) over (partition by session_id order by id) as follows_user from item
)
select session_id, count(*) as turns, min(created_at) as first, max(created_at) as last
from placed
where is_user and follows_user is not true
group by session_id
order by turns desc
limit 100`,
    },
    {
      name: 'Tables and indexes',
      sql: `select type, name, tbl_name, sql from sqlite_schema order by type desc, name`,
    },
  ]
}
