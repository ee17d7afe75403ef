import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { expect, test } from 'vitest'
import { BIN, cleanEnv, json, output, persql } from './support/persql.ts'
import { seed, user } from './support/seed.ts'

async function problems(db: string): Promise<string[]> {
  const { status, stdout } = await persql(['doctor', '--db', db, '--json'])
  const { ok, findings } = JSON.parse(stdout) as {
    ok: boolean
    findings: { check: string; status: string; mend?: string }[]
  }
  const wrong = findings.filter((finding) => finding.status !== 'ok')
  expect([status, ok]).toEqual(wrong.some((finding) => finding.status === 'problem') ? [1, false] : [0, true])
  return wrong.map(({ check }) => check)
}

test('finds nothing wrong with a healthy database', async () => {
  const db = temporaryPaths()('a.db')
  const call = { type: 'function_call', callId: 'c', name: 'f', arguments: '{}' }
  const result = { type: 'function_call_result', callId: 'c', name: 'f', output: 'x', status: 'completed' }
  const hosted = { type: 'hosted_tool_call', id: 'h', name: 'web_search_call' }
  await seed(db, { s: [user('hi'), call, result, hosted] })
  expect(await problems(db)).toEqual([])
  expect(await output(['doctor', '--db', db])).toContain('✓ journal')
})

test('finds nothing wrong with calls that are answered as the SDK pairs them, or hold their own answer', async () => {
  const db = temporaryPaths()('a.db')
  const called = (providerData: object) => ({ type: 'hosted_tool_call', name: 'x', providerData })
  await seed(db, {
    s: [
      user('hi'),
      { type: 'program', callId: 'c', code: '', fingerprint: '' },
      { type: 'function_call', callId: 'c', name: 'f', arguments: '{}' },
      { type: 'function_call_result', callId: 'c', name: 'f', output: 'x', status: 'completed' },
      { type: 'program_output', callId: 'c', output: '', status: 'completed' },
      { type: 'tool_search_call', arguments: {}, execution: 'client', providerData: { call_id: 't' } },
      { type: 'tool_search_output', tools: [], providerData: { call_id: 't' } },
      { ...called({ type: 'mcp_approval_request', id: 'a' }), name: 'mcp_approval_request' },
      { ...called({ approval_request_id: 'a', approve: true }), name: 'mcp_approval_response' },
      { ...called({ type: 'web_search_call' }), name: 'web_search_call' },
    ],
    // Without ids, in their order; and of a provider that runs the search itself.
    t: [
      { type: 'tool_search_call', id: 'x', arguments: {} },
      { type: 'tool_search_output', tools: [] },
      { type: 'tool_search_call', arguments: {}, execution: 'server', call_id: null },
      { type: 'tool_search_output', tools: [], execution: 'server', call_id: null },
    ],
    python: [
      { type: 'mcp_approval_request', id: 'm', name: 'pay', arguments: '{}' },
      { type: 'mcp_approval_response', approval_request_id: 'm', approve: true },
      { type: 'local_shell_call', id: 'i', call_id: 'l', action: {} },
      { type: 'local_shell_call_output', id: 'l', output: '' },
      { type: 'code_interpreter_call', id: 'k', code: '1', outputs: [] },
    ],
  })
  expect(await problems(db)).toEqual([])
})

test('takes JSON of anything but an object for a corrupt row', async () => {
  const db = temporaryPaths()('a.db')
  const rows = ['null', '5', 'true', '"text"', '[]', '[{"role":"user"}]']
  await seed(db, { s: [user('hi')] }, [
    {
      sql: `insert into agent_messages (session_id, message_data) select 's', value from json_each(?)`,
      params: [JSON.stringify(rows)],
    },
  ])
  expect(await problems(db)).toEqual(['items'])
  const { stdout } = await persql(['sessions', 'stats', '--db', db, '--json'])
  expect(JSON.parse(stdout).itemTypes).toEqual([
    { type: 'corrupt', items: 6 },
    { type: 'message', items: 1 },
  ])
  const shown = await output(['sessions', 'show', 's', '--db', db])
  expect(shown.match(/corrupt row/g)).toHaveLength(6)
})

test('finds results before their call, and tells calls of different kinds with one id apart', async () => {
  const db = temporaryPaths()('a.db')
  const call = { type: 'function_call', callId: 'c', name: 'f', arguments: '{}' }
  const result = { type: 'function_call_result', callId: 'c', name: 'f', output: 'x', status: 'completed' }
  await seed(db, {
    s: [result, call],
    t: [call, { type: 'shell_call_output', callId: 'c', output: [] }],
  })
  const { stdout } = await persql(['doctor', '--db', db])
  expect(stdout).toContain('2 results without a call, which models refuse: #1 in "s", #4 in "t"')
  expect(stdout).toContain('1 call without a result: running, waiting for approval, or given up: #3 in "t"')
})

test('finds corrupt rows, results without a call, calls without a result, and items without a session', async () => {
  const db = temporaryPaths()('a.db')
  const call = { type: 'function_call', callId: 'waiting', name: 'f', arguments: '{}' }
  await seed(db, { s: [user('hi'), call], t: [user('hi')] }, [
    {
      sql: `insert into agent_messages (session_id, message_data) values
      ('s', '{"cut'), ('s', x'00'), ('s', '{"type":"function_call_result","callId":"gone"}'),
      ('t', '{"type":"function_call_output","call_id":"waiting"}'), ('s', '[1')`,
    },
  ])
  expect(await problems(db)).toEqual(['items', 'tool results', 'tool calls'])
  const { stdout } = await persql(['doctor', '--db', db])
  expect(stdout).toContain('3 corrupt rows, which reads pass over: #4 in "s", #5 in "s", #8 in "s"')
  expect(stdout).toContain('2 results without a call, which models refuse: #6 in "s", #7 in "t"')
  expect(stdout).toContain('1 call without a result: running, waiting for approval, or given up: #2 in "s"')
})

test('finds what is wrong with tables that others made, and how to mend it helps', async () => {
  const path = temporaryPaths()
  const db = path("the user's $HOME.db")
  await seed(db, {}, [
    { sql: 'create table if not exists x (a)' },
    { sql: 'drop table if exists agent_messages' },
    { sql: 'drop table if exists agent_sessions' },
    { sql: 'create table agent_sessions (session_id text primary key, created_at, updated_at)' },
    {
      sql: 'create table agent_messages (id integer primary key, session_id text, message_data text, created_at)',
    },
    { sql: `insert into agent_sessions values ('s', '2026-01-01 00:00:00', '2026-01-01 00:00:00')` },
    { sql: `insert into agent_messages (session_id, message_data) values ('s', '{}'), ('lost', '{}')` },
  ])
  expect(await problems(db)).toEqual(['row ids', 'index', 'foreign key', 'sessions'])
  const { stdout } = await persql(['doctor', '--db', db, '--json'])
  const { findings } = JSON.parse(stdout) as { findings: { check: string; mend?: string }[] }
  for (const check of ['index', 'sessions']) {
    const mend = findings.find((finding) => finding.check === check)?.mend ?? ''
    await promisify(execFile)('sh', ['-c', `persql() { '${process.execPath}' '${BIN}' "$@"; }; ${mend}`], {
      env: cleanEnv({ PERSQL_DATABASE: path('other.db') }),
    })
  }
  expect(await problems(db)).toEqual(['row ids', 'foreign key'])
  await output(['copy', '--from', db, '--to', path('new.db')])
  expect(await problems(path('new.db'))).toEqual([])
})

test('says whether there is an index for searches, and how far it is behind', async () => {
  const db = temporaryPaths()('a.db')
  await seed(db, { s: [user('hi')] })
  const found = async () => {
    const { findings } = await json<{ findings: { check: string }[] }>(['doctor', '--db', db])
    return findings.filter(({ check }) => check === 'search index')
  }
  const check = 'search index'
  const mend = `persql sessions index --db ${db}`
  expect(await found()).toEqual([
    { check, status: 'ok', message: 'none: a search for a rare word reads all items', mend },
  ])
  await output(['sessions', 'index', '--db', db])
  expect(await found()).toEqual([{ check, status: 'ok', message: 'has all items' }])
  await seed(db, { s: [user('more')] })
  expect(await found()).toEqual([{ check, status: 'ok', message: '1 item behind, which each search reads' }])
  await seed(db, {}, [
    {
      sql: `with recursive n (i) as (select 1 union all select i + 1 from n where i < 10000)
        insert into agent_messages (session_id, message_data) select 's', '{"role":"user","content":"x"}' from n`,
    },
  ])
  const message = '10,001 items behind, which each search reads'
  expect(await found()).toEqual([{ check, status: 'warning', message, mend }])
  expect(await output(['doctor', '--db', db])).toContain(`! search index  ${message}\n`)
})

test('finds missing tables and columns', async () => {
  const db = temporaryPaths()('a.db')
  await seed(db, {}, [{ sql: 'create table x (a)' }])
  expect(await problems(db)).toEqual(['tables'])
  await seed(db, {}, [
    { sql: 'create table agent_sessions (session_id)' },
    { sql: 'create table agent_messages (id, session_id, message_data)' },
  ])
  expect((await persql(['doctor', '--db', db])).stdout).toContain(
    'missing: column agent_sessions.created_at, column agent_sessions.updated_at, column agent_messages.created_at',
  )
})

test('asks pragmas, also where views have their names', async () => {
  const db = temporaryPaths()('a.db')
  await seed(db, { s: [user('hi')] })
  const size = async () =>
    JSON.parse(await output(['sessions', 'stats', '--db', db, '--json'])).databaseBytes as number
  const before = await size()
  const names = ['page_count', 'page_size', 'table_info', 'index_list', 'index_info', 'foreign_key_list']
  for (const name of names) {
    const sql = `create view pragma_${name} as select 0 as ${name}, 0 as name`
    await output(['query', '--db', db, '--write', sql])
  }
  expect(await problems(db)).toEqual([])
  expect([before > 0, await size()]).toEqual([true, before])
})
