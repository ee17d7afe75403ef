import type { SessionTables } from '../data/database.ts'
import { failedPattern } from '../data/tool-failures.ts'
import type { SavedQuery } from './saved-queries.ts'

/**
 * What operators ask of PostgreSQL, ready to run. Of items, the text is looked at: as JSON, PostgreSQL refuses the whole query where one row is none, or has an escape
 * that it does not take.
 */
export function postgresQueries({ sessions, messages }: SessionTables): readonly SavedQuery[] {
  return [
    {
      name: 'Active in the last hour',
      sql: `select s.session_id, s.updated_at, count(*) as items
from ${sessions} s join ${messages} m using (session_id)
where s.updated_at >= now() at time zone 'UTC' - interval '1 hour'
group by s.session_id, s.updated_at
order by s.updated_at desc`,
    },
    {
      name: 'Failed tool calls',
      sql: `with failure as (
  select id, session_id, created_at, message_data, ${textOf('callId', 'call_id')} as call_id
  from ${messages}
  where message_data ~ '"type":\\s*"[a-z_]*(result|output)"' and message_data ~ ${failedPattern()}
  order by id desc
  limit 200
)
select session_id, id, created_at, coalesce((
    select min(${textOf('name')}) from ${messages} c
    where c.session_id = failure.session_id and message_data ~ '"type":\\s*"[a-z_]*call"'
      and ${textOf('callId', 'call_id')} = failure.call_id
  ), ${textOf('name')}) as tool, left(message_data, 500) as item
from failure
order by id desc`,
    },
    {
      name: 'Tool calls without a result',
      sql: `with item as (
  select id, session_id, created_at, ${textOf('name')} as tool, ${textOf('callId', 'call_id')} as call_id,
    substring(message_data from '"type":\\s*"[a-z_]*_(call|result|output)"') as kind
  from ${messages}
)
select call.id, call.session_id, call.created_at, call.tool, call.call_id
from item call
where call.kind = 'call' and call.call_id is not null and not exists (
  select from item answer
  where answer.session_id = call.session_id and answer.call_id = call.call_id and answer.kind <> 'call'
)
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
      name: 'Sessions without items',
      sql: `select s.* from ${sessions} s
where not exists (select from ${messages} m where m.session_id = s.session_id)`,
    },
    {
      name: 'What users ask most',
      sql: `select lower(trim(${textOf('text', 'content')})) as question,
  count(*) as times, count(distinct session_id) as sessions
from ${messages}
where message_data ~ '"role":\\s*"user"'
group by question
order by times desc
limit 50`,
    },
    {
      name: 'Sessions by number of turns',
      sql: `with item as (
  select session_id, id, created_at, message_data ~ '"role":\\s*"user"' as is_user
  from ${messages}
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
      sql: `select n.nspname as schema, c.relname as name, case c.relkind when 'i' then 'index' else 'table' end as type,
  pg_size_pretty(pg_total_relation_size(c.oid)) as size, pg_get_indexdef(x.indexrelid) as index
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join pg_index x on x.indexrelid = c.oid
where c.relkind in ('r', 'p', 'i') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by pg_total_relation_size(c.oid) desc`,
    },
  ]
}

/** The first text of an item under one of these names, as JSON has it. */
function textOf(...names: readonly string[]): string {
  return `substring(message_data from '"(?:${names.join('|')})":\\s*"((?:[^"\\\\]|\\\\.)*)"')`
}
