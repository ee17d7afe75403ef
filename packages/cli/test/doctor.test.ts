import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { BIN, cleanEnv, output, persql, temporaryFolder } from './support/persql.ts'
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
  const db = temporaryFolder()('a.db')
  const call = { type: 'function_call', callId: 'c', name: 'f', arguments: '{}' }
  const result = { type: 'function_call_result', callId: 'c', name: 'f', output: 'x', status: 'completed' }
  const hosted = { type: 'hosted_tool_call', id: 'h', name: 'web_search_call' }
  await seed(db, { s: [user('hi'), call, result, hosted] })
  expect(await problems(db)).toEqual([])
  expect(await output(['doctor', '--db', db])).toContain('✓ journal')
})

test('finds corrupt rows, results without a call, calls without a result, and items without a session', async () => {
  const db = temporaryFolder()('a.db')
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
  const path = temporaryFolder()
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

test('finds missing tables and columns', async () => {
  const db = temporaryFolder()('a.db')
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
