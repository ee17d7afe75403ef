import { isItemSql, itemsSql, mayBeToolSql } from '@persql/session-core'
import type { SessionTables } from '../data/database.ts'
import { failedSql, outputSql } from '../data/tool-failures.ts'
import type { SavedQuery } from './saved-queries.ts'

/** What operators ask of SQLite, ready to run. */
export function sqliteQueries({ sessions, messages }: SessionTables): readonly SavedQuery[] {
  const tools = (...columns: readonly string[]) =>
    itemsSql({ messages, columns: ['id', 'session_id', 'created_at', ...columns], where: mayBeToolSql() })
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
      sql: `with ${tools(`case when ${isItemSql()} then ${outputSql('message_data')} end as output`)}, failure as (
  select * from item
  where (kind = 'result' or (kind = 'call' and link is null)) and ${failedSql('output', 'status')}
  order by id desc
  limit 200
), call as materialized (
  select session_id, link, min(tool) as tool from item where kind = 'call' group by session_id, link
)
select failure.session_id, failure.id, created_at, coalesce(call.tool, failure.tool, type) as tool, output
from failure left join call on call.session_id = failure.session_id and call.link = failure.link
order by failure.id desc`,
    },
    {
      name: 'Tool calls without a result',
      sql: `with ${tools()}, result as materialized (
  select distinct session_id, link from item where kind = 'result' and link is not null
)
select call.id, call.session_id, call.created_at, call.tool, substr(call.link, instr(call.link, ' ') + 1) as call_id
from item call left join result on result.session_id = call.session_id and result.link = call.link
where call.kind = 'call' and call.link is not null and result.link is null
  -- The result of a tool search may come without an id.
  and not (call.type = 'tool_search_call' and call.session_id in
    (select session_id from item where type = 'tool_search_output' and link is null))
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
