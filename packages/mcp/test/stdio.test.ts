import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openMemory } from '@persql/context'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { fileStorage, sqlJsDriver } from '@persql/driver-sqljs'
import { SessionStore } from '@persql/session-core'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { describe, expect, test } from 'vitest'
import { connect, ENGINES, type Engine, serverCommand } from './support/connect.ts'

const READING = [
  'query',
  'describe',
  'list_sessions',
  'read_session',
  'search_sessions',
  'token_usage',
  'list_runs',
  'read_run',
  'recall',
  'neighbors',
]
const WRITING = ['batch', 'decide_call', 'remember', 'forget', 'link']

async function fileWithSessions(engine: Engine): Promise<string> {
  const path = join(temporaryFolder(), 'agents.db')
  const driver = engine === 'sql.js' ? sqlJsDriver({ storage: fileStorage(path) }) : betterSqlite3Driver(path)
  const store = new SessionStore<unknown>(driver)
  await store.append('user-42', [
    { role: 'user', content: 'My favourite colour is teal.' },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Noted.' }] },
  ])
  await store.append('a/b c?', [{ role: 'user', content: [{ type: 'input_text', text: 'Odd id' }] }])
  await driver.close()
  return path
}

describe.each(ENGINES)('over %s', (engine) => {
  test.each(['auto', 'legacy'] as const)('serves a file in the protocol "%s"', async (era) => {
    const { call, client } = await connect(engine, { path: await fileWithSessions(engine), era })
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name).toSorted()).toEqual([...READING, ...WRITING].toSorted())
    for (const { name, annotations, inputSchema } of tools) {
      expect(annotations?.readOnlyHint, name).toBe(READING.includes(name))
      expect(inputSchema, name).toMatchObject({ additionalProperties: false })
      expect(inputSchema.required ?? [], name).not.toContain('database')
    }

    const list = await call('list_sessions')
    expect(list.data.sessions.map(({ sessionId }: { sessionId: string }) => sessionId).toSorted()).toEqual([
      'a/b c?',
      'user-42',
    ])
    const read = await call('read_session', { database: 'main', sessionId: 'user-42' })
    expect(read.data.entries).toMatchObject([
      { kind: 'user', text: 'My favourite colour is teal.' },
      { kind: 'assistant', text: 'Noted.' },
    ])
    const found = await call('search_sessions', { text: 'teal' })
    expect(found.data.hits).toMatchObject([{ sessionId: 'user-42', row: 1 }])

    const { resources } = await client.listResources()
    const odd = resources.find(({ name }) => name === 'a/b c?')
    expect(odd?.uri).toBe('persql://main/sessions/a%2Fb%20c%3F')
    const { contents } = await client.readResource({ uri: odd?.uri ?? '' })
    expect(contents).toMatchObject([{ mimeType: 'text/plain', text: expect.stringContaining('Odd id') }])

    const written = await call('batch', {
      statements: [
        { sql: 'create table note (body text unique)' },
        { sql: 'insert into note values (?)', params: ['kept'] },
      ],
    })
    expect(written.data.results).toMatchObject([{}, { changes: 1 }])
    expect((await call('query', { sql: 'select body from note' })).data).toMatchObject({ rows: [['kept']] })
    expect((await call('describe', { table: 'note' })).data.tables).toMatchObject([{ table: 'note' }])
    const { messages } = await client.getPrompt({ name: 'daily_report', arguments: {} })
    expect(messages).toMatchObject([{ content: { text: expect.stringContaining('database "main"') } }])
  })

  test('what was written is there for the next process', async () => {
    const first = await connect(engine)
    await first.call('batch', { statements: [{ sql: 'create table t (a)' }] })
    await first.client.close()
    const second = await connect(engine, { path: first.path })
    expect((await second.call('query', { sql: 'select count(*) from t' })).data.rows).toEqual([[0]])
  })

  test('reading an empty database makes nothing in it', async () => {
    const { call, client } = await connect(engine)
    expect((await call('list_sessions')).data).toEqual({ sessions: [] })
    expect((await call('search_sessions', { text: 'x' })).data).toEqual({ hits: [] })
    expect((await call('recall', { text: 'x' })).data).toEqual({ memories: [] })
    expect((await call('neighbors', { name: 'x' })).data).toEqual({ entities: [], edges: [] })
    expect((await call('read_session', { sessionId: 'x' })).isError).toBe(true)
    await client.listResources()
    expect((await call('describe')).data).toEqual({ tables: [] })
    expect((await call('query', { sql: 'select count(*) from sqlite_schema' })).data.rows).toEqual([[0]])
  })

  test('with readOnly, there are only tools that read', async () => {
    const { client } = await connect(engine, { mode: 'read-only' })
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name).toSorted()).toEqual(READING.toSorted())
    const write = client.callTool({
      name: 'batch',
      arguments: { statements: [{ sql: 'create table t (a)' }] },
    })
    await expect(write).rejects.toThrow('batch not found')
  })

  test('SQL stays within the database, and query only reads', async () => {
    const { call, path } = await connect(engine, { path: await fileWithSessions(engine) })
    const folder = dirname(path)
    const state = async () => (await call('query', { sql: 'select * from sqlite_schema order by name' })).data
    await call('batch', {
      statements: ['create virtual table docs using fts4 (text)', `insert into docs values ('a')`].map(
        (sql) => ({ sql }),
      ),
    })
    await call('batch', { statements: [{ sql: `insert into docs values ('b')` }] })
    const before = await state()
    const unavailable = (what: string) => ({
      error: `${what} is not available here. What a pragma tells can be read with SELECT, as in select * from pragma_table_info('t').`,
      errorDetail: { kind: 'invalid_statement' },
    })
    const readonly = {
      errorDetail: { kind: 'readonly', hint: 'query only reads; batch runs SQL that writes.' },
    }
    const other = join(folder, 'other.db')
    const copy = join(folder, 'copy.db')
    const reads: [sql: string, error: object][] = [
      [`attach '${other}' as o`, unavailable('ATTACH')],
      [`/* x */ ;; -- y\n\uFEFFAttach '${other}' as o`, unavailable('ATTACH')],
      [`explain query plan attach '${other}' as o`, unavailable('ATTACH')],
      ['explain pragma foreign_keys = off', unavailable('PRAGMA')],
      ['detach main', unavailable('DETACH')],
      [`vacuum into '${copy}'`, unavailable('VACUUM')],
      ['pragma journal_mode = delete', unavailable('PRAGMA')],
      ['pragma query_only = off', unavailable('PRAGMA')],
      ['select * from "pragma_optimize"', unavailable('PRAGMA_OPTIMIZE')],
      [`select fts3_tokenizer('simple', x'00')`, unavailable('FTS3_TOKENIZER')],
      ['select optimize(docs) from docs', readonly],
      ['insert into agent_sessions (session_id) values (1)', readonly],
      ['delete from agent_messages returning id', readonly],
      ['create temp table x (a)', readonly],
      ['select * from nowhere', { errorDetail: { kind: 'unknown_table', table: 'nowhere' } }],
      ['select', { errorDetail: { kind: 'syntax_error' } }],
      ['begin', { errorDetail: { kind: 'invalid_statement' } }],
      [`${'/**/'.repeat(20_000)}begin`, { errorDetail: { kind: 'invalid_statement' } }],
      ['', { error: 'The arguments are not valid. sql: Too small: expected string to have >=1 characters' }],
    ]
    for (const [sql, error] of reads) {
      expect(await call('query', { sql }), sql.slice(0, 60)).toMatchObject({ isError: true, data: error })
    }
    for (const sql of [`attach '${other}' as o`, `vacuum into '${copy}'`, 'pragma writable_schema = on']) {
      const answer = await call('batch', { statements: [{ sql: 'select 1' }, { sql }] })
      expect(answer, sql).toMatchObject({ isError: true, data: { errorDetail: { statementIndex: 1 } } })
    }
    expect(await call('query', { database: 'other', sql: 'select 1' })).toEqual({
      isError: true,
      data: { error: 'There is no such database; the only one here is "main".', status: 404 },
    })
    expect(await state()).toEqual(before)
    expect([existsSync(other), existsSync(copy)]).toEqual([false, false])
  })
})

describe.each(ENGINES)('on %s', (engine) => {
  test('a session that does not exist is refused, where reading or searching names it', async () => {
    const { call } = await connect(engine, { path: await fileWithSessions(engine) })
    const refusal = {
      isError: true,
      data: { error: 'There is no such session. list_sessions and search_sessions find them.' },
    }
    expect(await call('read_session', { sessionId: 'none', before: 2 })).toEqual(refusal)
    expect(await call('search_sessions', { sessionId: 'none', text: 'teal' })).toEqual(refusal)
    expect((await call('read_session', { sessionId: 'user-42', before: 1 })).data).toEqual({ entries: [] })
    const found = await call('search_sessions', { sessionId: 'user-42', text: 'nothing' })
    expect(found.data).toEqual({ hits: [] })
  })

  test('numbers and columns arrive as they are', async () => {
    const { call } = await connect(engine, { path: await fileWithSessions(engine) })
    const item = '{"type":"odd","id":1254071346418286654}'
    await call('batch', {
      statements: [
        {
          sql: `insert into agent_messages (session_id, message_data) values ('user-42', ?)`,
          params: [item],
        },
      ],
    })
    const { entries } = (await call('read_session', { sessionId: 'user-42', limit: 1 })).data
    expect(entries).toMatchObject([{ text: item }])
    expect((await call('query', { sql: 'select 1 as n, 2 as n, 9e999 as r' })).data).toMatchObject({
      columns: ['n', 'n', 'r'],
      rows: [[1, 2, { $number: 'Infinity' }]],
    })
  })
})

test('recall reads all rows where text indexes are missing, and neighbors says that its tables are', async () => {
  const path = join(temporaryFolder(), 'agents.db')
  const without = sqlJsDriver({ storage: fileStorage(path) })
  await openMemory(without).remember({ name: 'tea', body: 'Earl Grey' })
  await without.batch([{ sql: 'drop table ctx_edge' }])
  await without.close()
  const { call } = await connect('better-sqlite3', { path })
  expect((await call('recall', { text: 'tea' })).data.memories).toMatchObject([{ name: 'tea' }])
  expect(await call('neighbors', { name: 'tea' })).toEqual({
    isError: true,
    data: { error: expect.stringContaining('are missing') },
  })
  await call('remember', { name: 'cup', body: 'blue' })
  expect((await call('recall', { text: 'tea' })).data.memories).toMatchObject([{ name: 'tea' }])
  expect((await call('neighbors', { name: 'tea' })).data).toEqual({ entities: [], edges: [] })
})

test('a hit of search_sessions shows where the first word is, also far into a long item', async () => {
  const path = join(temporaryFolder(), 'agents.db')
  const driver = betterSqlite3Driver(path)
  const filler = 'nothing to see here. '.repeat(1000)
  await new SessionStore<unknown>(driver).append('s', [
    { role: 'user', content: `${filler}A needle. ${filler}` },
    { type: 'function_call', callId: 'c', name: 'find_needle', arguments: `{"note":"${filler}"}` },
    { role: 'user', content: 'A needle.' },
  ])
  await driver.close()
  const { call } = await connect('better-sqlite3', { path })
  const { hits } = (await call('search_sessions', { text: 'needle' })).data
  expect(hits).toHaveLength(3)
  for (const { text } of hits) {
    expect(text).toMatch(/needle/i)
    expect(text.length).toBeLessThan(700)
  }
})

test('the queries of daily_report know every kind of tool, and pass over rows that are no JSON', async () => {
  const path = await fileWithSessions('better-sqlite3')
  const { call, client } = await connect('better-sqlite3', { path })
  const sql = `insert into agent_messages (session_id, message_data) values ('user-42', '{"cut error')`
  const items = [
    { type: 'shell_call', callId: 's', action: { commands: ['ls'] } },
    { type: 'shell_call_output', callId: 's', output: [{ stderr: 'error' }] },
    { type: 'hosted_tool_call', name: 'web_search_call', status: 'completed', output: 'an Error' },
  ]
  const added = items.map((item) => ({
    sql: `insert into agent_messages (session_id, message_data) values ('user-42', ?)`,
    params: [JSON.stringify(item)],
  }))
  await call('batch', { statements: [{ sql }, ...added] })
  const today = new Date().toISOString().slice(0, 10)
  const { messages } = await client.getPrompt({ name: 'daily_report', arguments: { day: today } })
  const content = messages[0]?.content
  const text = content?.type === 'text' ? content.text : ''
  const queries = text.split('\n').filter((line) => /^(?:select|with) /.test(line))
  expect(queries).toHaveLength(5)
  const answers = await Promise.all(queries.map((sql) => call('query', { sql })))
  for (const answer of answers) expect(answer).toMatchObject({ isError: false })
  const rowsOf = (answer: (typeof answers)[number] | undefined) => answer?.data.rows as unknown[][]
  expect(rowsOf(answers[3])).toEqual(
    expect.arrayContaining([
      ['shell', 1],
      ['web_search', 1],
    ]),
  )
  expect(rowsOf(answers[4]).map(([, , tool]) => tool)).toEqual(['web_search', 'shell'])
})

test('a name may be as long as the memory takes', async () => {
  const { call } = await connect('better-sqlite3')
  const name = 'n'.repeat(1024)
  expect((await call('remember', { name, body: 'x' })).data).toMatchObject({ name })
  expect((await call('recall', { text: '' })).data.memories).toMatchObject([{ name }])
  expect((await call('forget', { name })).data).toEqual({ forgotten: true })
})

test('the process ends when its client hangs up', async () => {
  const { command, args } = serverCommand('better-sqlite3', join(temporaryFolder(), 'agents.db'))
  const child = spawn(command, args)
  const ended = once(child, 'close')
  let errors = ''
  child.stderr.on('data', (data) => {
    errors += data
  })
  child.stdin.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
  await once(child.stdout, 'data')
  // The SDK's own client would end it by a signal after two seconds.
  child.stdin.end()
  await ended
  expect(errors).toBe('closed\n')
})
