import type { SessionTables } from '../data/database.ts'

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
      sql: `select s.session_id, s.updated_at, count(*) as items\nfrom ${sessions} s join ${messages} m using (session_id)\nwhere s.updated_at >= datetime('now', '-1 hour')\ngroup by s.session_id\norder by s.updated_at desc`,
    },
    {
      name: 'Failed tool calls',
      sql: `select m.session_id, m.id, m.created_at, json_extract(m.message_data, '$.name') as tool,\n  coalesce(json_extract(m.message_data, '$.output.text'), json_extract(m.message_data, '$.output')) as output\nfrom ${messages} m\nwhere json_valid(m.message_data)\n  and json_extract(m.message_data, '$.type') in ('function_call_result', 'function_call_output')\n  and output like 'An error occurred%'\norder by m.id desc\nlimit 200`,
    },
    {
      name: 'Tool calls without a result',
      sql: `with call as (\n  select id, session_id, created_at, json_extract(message_data, '$.name') as tool,\n    json_extract(message_data, '$.callId') as call_id\n  from ${messages}\n  where json_valid(message_data) and json_extract(message_data, '$.type') = 'function_call'\n)\nselect call.* from call\nwhere not exists (\n  select 1 from ${messages} r\n  where r.session_id = call.session_id and json_valid(r.message_data)\n    and json_extract(r.message_data, '$.type') = 'function_call_result'\n    and json_extract(r.message_data, '$.callId') = call.call_id\n)\norder by call.id desc\nlimit 200`,
    },
    {
      name: 'Largest items',
      sql: `select id, session_id, created_at, length(message_data) as characters\nfrom ${messages}\norder by characters desc\nlimit 50`,
    },
    {
      name: 'Rows that are not JSON',
      sql: `select id, session_id, created_at, substr(message_data, 1, 200) as beginning\nfrom ${messages}\nwhere not json_valid(message_data)\norder by id desc`,
    },
    {
      name: 'Sessions without items',
      sql: `select s.* from ${sessions} s\nwhere not exists (select 1 from ${messages} m where m.session_id = s.session_id)`,
    },
    {
      name: 'What users ask most',
      sql: `select lower(trim(coalesce(json_extract(message_data, '$.content[0].text'), json_extract(message_data, '$.content')))) as question,\n  count(*) as times, count(distinct session_id) as sessions\nfrom ${messages}\nwhere json_valid(message_data) and json_extract(message_data, '$.role') = 'user'\ngroup by question\norder by times desc\nlimit 50`,
    },
    {
      name: 'Sessions by number of turns',
      sql: `select session_id, count(*) as user_messages, min(created_at) as first, max(created_at) as last\nfrom ${messages}\nwhere json_valid(message_data) and json_extract(message_data, '$.role') = 'user'\ngroup by session_id\norder by user_messages desc\nlimit 100`,
    },
    {
      name: 'Tables and indexes',
      sql: `select type, name, tbl_name, sql from sqlite_schema order by type desc, name`,
    },
  ]
}
