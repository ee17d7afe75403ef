import { existsSync } from 'node:fs'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { expect, test } from 'vitest'
import { json, output, persql } from './support/persql.ts'
import { SAME_TIMES, seed, user } from './support/seed.ts'

const numbered = (count: number) => Array.from({ length: count }, (_, n) => user(`item ${n}`))

test('lists sessions as a table and as JSON, in pages', async () => {
  const db = temporaryPaths()('agents.db')
  await seed(db, { a: numbered(2), 天气: numbered(1), c: numbered(12) }, SAME_TIMES)
  expect(await output(['sessions', 'list', '--db', db])).toMatchInlineSnapshot(`
    "session	items	first activity	last activity
    c	12	2026-01-31 23:59:59	2026-01-31 23:59:59
    天气	1	2026-01-31 23:59:59	2026-01-31 23:59:59
    a	2	2026-01-31 23:59:59	2026-01-31 23:59:59
    "
  `)
  const first = await json<{ sessions: { sessionId: string }[]; after: string }>([
    'sessions',
    'list',
    '--limit',
    '2',
    '--db',
    db,
  ])
  const second = await json<{ sessions: object[]; after?: string }>([
    'sessions',
    'list',
    '--limit',
    '2',
    '--after',
    first.after,
    '--db',
    db,
  ])
  expect(first.sessions.map(({ sessionId }) => sessionId)).toEqual(['c', '天气'])
  expect(second).toEqual({
    sessions: [
      {
        sessionId: 'a',
        itemCount: 2,
        firstActivity: '2026-01-31T23:59:59Z',
        lastActivity: '2026-01-31T23:59:59Z',
      },
    ],
  })
})

test('shows what it finds on one line, and where it is there', async () => {
  const db = temporaryPaths()('agents.db')
  const call = { type: 'function_call', callId: 'c', name: 'map', arguments: '{"at":"the old\\ntown"}' }
  await seed(db, { a: [user(`${'before '.repeat(9)}Old\n Town${' after'.repeat(9)}`), call] }, [
    ...SAME_TIMES,
    { sql: `insert into agent_messages (session_id, message_data, created_at) values ('a', '{"old', null)` },
  ])
  expect(await json(['sessions', 'search', '"old\ntown"', '--db', db])).toEqual({
    hits: [
      {
        sessionId: 'a',
        row: 2,
        createdAt: '2026-01-31T23:59:59Z',
        role: 'function_call',
        excerpt: 'the old town',
        start: 4,
        length: 8,
      },
    ],
  })
  const { hits } = await json<{ hits: { role: string; excerpt: string }[] }>([
    'sessions',
    'search',
    'OLD',
    '--db',
    db,
  ])
  expect(hits).toMatchObject([
    { role: 'corrupt', createdAt: null, excerpt: '{"old', start: 2, length: 3 },
    { role: 'function_call' },
    {
      role: 'user',
      excerpt: '…fore before before before before before Old Town after after after after after aft…',
    },
  ])
})

test('goes on with a search where it ended, newest first, in one session', async () => {
  const db = temporaryPaths()('agents.db')
  await seed(db, { a: numbered(70), b: numbered(70) })
  const search = ['sessions', 'search', 'item', '--session', 'a', '--db', db]
  const first = await json<{ hits: { row: number }[]; before: number }>([...search, '--limit', '60'])
  expect(first.hits.map(({ row }) => row)).toEqual(Array.from({ length: 60 }, (_, n) => 70 - n))
  const rest = await json<{ hits: { row: number }[] }>([...search, '--before', String(first.before)])
  expect(rest.hits.map(({ row }) => row)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
  expect(rest).not.toHaveProperty('before')
})

test('counts sessions, items, sizes and tools', async () => {
  const db = temporaryPaths()('agents.db')
  const call = (name: string) => ({ type: 'function_call', callId: name, name, arguments: '{}' })
  await seed(db, { a: [user('x'), call('t'), call('t'), call('u')], b: [user('y')] }, SAME_TIMES)
  expect(await json(['sessions', 'stats', '--db', db])).toEqual({
    sessions: 2,
    sessionsActiveLastDay: expect.any(Number),
    firstActivity: '2026-01-31T23:59:59Z',
    lastActivity: '2026-01-31T23:59:59Z',
    items: 5,
    itemBytes: 253,
    databaseBytes: expect.any(Number),
    itemTypes: [
      { type: 'function_call', items: 3 },
      { type: 'message', items: 2 },
    ],
    busiestSessions: [
      { sessionId: 'a', items: 4, bytes: 224 },
      { sessionId: 'b', items: 1, bytes: 29 },
    ],
    tools: [
      { name: 't', calls: 2 },
      { name: 'u', calls: 1 },
    ],
  })
})

test('forks a session up to a row, and deletes sessions that exist, or none', async () => {
  const db = temporaryPaths()('agents.db')
  await seed(db, { a: numbered(5), b: numbered(1) })
  expect(await json(['sessions', 'fork', 'a', 'c', '--through', '3', '--db', db])).toMatchObject({
    itemCount: 3,
  })
  expect(await persql(['sessions', 'fork', 'a', 'c', '--db', db])).toEqual({
    status: 1,
    stdout: '',
    stderr: 'persql: Session "c" already exists. Fork into another id.\n',
  })
  expect(await persql(['sessions', 'delete', 'a', 'zzz', '--yes', '--db', db])).toMatchObject({
    status: 1,
    stderr: 'persql: There is no session "zzz".\n',
  })
  expect(await persql(['sessions', 'delete', 'a', '--db', db])).toMatchObject({
    status: 2,
    stderr: 'persql: This deletes 1 session with 5 items. Add --yes to confirm.\n',
  })
  expect(await json(['sessions', 'delete', 'a', 'c', '--yes', '--db', db])).toEqual({
    deleted: ['a', 'c'],
    items: 8,
  })
  expect(await json(['sessions', 'list', '--db', db])).toMatchObject({ sessions: [{ sessionId: 'b' }] })
})

test.each([
  [['fork', 'a', 'c', '--through', '3'], 1, 'Session "a" has no row 3.'],
  [['fork', 'a', 'c', '--through', '999999'], 1, 'Session "a" has no row 999999.'],
  [['fork', 'none', 'c'], 1, 'There is no session "none" to fork.'],
  [['search', 'item', '--session', 'none'], 1, 'There is no session "none".'],
  [['show', 'none'], 1, 'There is no session "none".'],
  [['show', ''], 1, 'There is no session "".'],
  [['export', 'a', 'none'], 1, 'There is no session "none".'],
  [['list', '--after', ''], 2, '--after must be the cursor that an earlier list ended with.'],
  [['list', '--after', 'WzFd'], 2, 'after must be the `after` of an earlier page.'],
  [['search', 'item', '--before', '0'], 2, 'It must be a whole number of at least 1.'],
])('sessions %j names what does not exist, and is refused', async (args, status, message) => {
  const db = temporaryPaths()('agents.db')
  await seed(db, { a: numbered(2), b: numbered(1) })
  expect(await persql(['sessions', ...args, '--db', db])).toEqual({
    status,
    stdout: '',
    stderr: expect.stringContaining(message),
  })
  const { sessions } = await json<{ sessions: unknown[] }>(['sessions', 'list', '--db', db])
  expect(sessions).toHaveLength(2)
})

test('a copy of a session that does not exist makes no database', async () => {
  const path = temporaryPaths()
  await seed(path('a.db'), { a: numbered(2) })
  expect(await persql(['copy', '--from', path('a.db'), '--to', path('b.db'), 'a', 'none'])).toMatchObject({
    status: 1,
    stdout: '',
    stderr: 'persql: There is no session "none".\n',
  })
  expect(existsSync(path('b.db'))).toBe(false)
})

test('finds tables of other names', async () => {
  const db = temporaryPaths()('agents.db')
  await seed(db, { a: numbered(2) }, [
    { sql: 'alter table agent_sessions rename to talks' },
    { sql: 'alter table agent_messages rename to lines' },
  ])
  const tables = ['--sessions-table', 'talks', '--messages-table', 'lines', '--db', db]
  expect(await json(['sessions', 'list', ...tables])).toMatchObject({ sessions: [{ itemCount: 2 }] })
  expect(await output(['sessions', 'search', 'item 1', ...tables])).toContain('item 1')
  expect(await persql(['sessions', 'list', '--sessions-table', 'a; drop', '--db', db])).toMatchObject({
    status: 2,
  })
})

test.each([
  'sessions list',
  'sessions show a',
  'sessions search a',
  'sessions stats',
  'sessions fork a b',
  'sessions delete a --yes',
  'sessions export',
  'doctor',
  'query sql',
  'console',
])('%s does not make a file that is missing', async (command) => {
  const file = temporaryPaths()('none.db')
  for (const db of [file, `file:${file}`, `sqljs:${file}`]) {
    const { status, stdout, stderr } = await persql([...command.split(' '), '--db', db])
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: `persql: There is no file "${file}".\n`,
    })
    expect(existsSync(file)).toBe(false)
  }
})

test('reading makes no tables, and does not change the settings of the file', async () => {
  const db = temporaryPaths()('agents.db')
  await output(['query', '--write', 'create table t (a)', '--db', db])
  await output(['query', '--write', 'pragma journal_mode = delete', '--db', db])
  const { status, stderr } = await persql(['sessions', 'list', '--db', db])
  expect([status, stderr]).toEqual([
    1,
    'persql: "agents.db" has no table agent_sessions and no table agent_messages. The first item of a session makes them.\n',
  ])
  expect(await json(['query', 'select name from sqlite_master', '--db', db])).toMatchObject({
    rows: [{ name: 't' }],
  })
  expect((await persql(['doctor', '--db', db])).stdout).toContain('delete, not WAL')
})
