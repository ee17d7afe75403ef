import { describe, expect, test } from 'vitest'
import { addSessions, connectMcp, type Era } from './support/mcp.ts'
import { startServer, type TestServer } from './support/test-server.ts'

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
  'list_databases',
  'usage',
  'list_branches',
]
const WRITING = [
  'batch',
  'decide_call',
  'remember',
  'forget',
  'link',
  'create_database',
  'claim_branch',
  'merge_branch',
  'delete_branch',
]

async function startWithSessions(): Promise<TestServer> {
  const server = await startServer()
  await addSessions(server)
  return server
}

describe.each<Era>(['auto', 'legacy'])('with a client of the protocol "%s"', (era) => {
  test('lists strict tools, and marks those that only read', async () => {
    const { server, admin } = await startServer()
    const { client } = await connectMcp(server.url, admin, era)
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name).toSorted()).toEqual([...READING, ...WRITING].toSorted())
    for (const { name, inputSchema, annotations, description } of tools) {
      expect(inputSchema, name).toMatchObject({ type: 'object', additionalProperties: false })
      expect(annotations, name).toMatchObject({ readOnlyHint: READING.includes(name), openWorldHint: false })
      expect(description, name).not.toBe('')
    }
  })

  test('reads and writes with SQL', async () => {
    const { server, admin } = await startWithSessions()
    const { call } = await connectMcp(server.url, admin, era)
    const written = await call('batch', {
      database: 'main',
      statements: [
        { sql: 'create table note (id integer primary key, body text, raw blob, big integer)' },
        {
          sql: 'insert into note (body, raw, big) values (?, ?, ?)',
          params: ['hello', { $bytes: 'AQI=' }, { $bigint: '9007199254740993' }],
        },
      ],
    })
    expect(written.data.results).toMatchObject([{ rowCount: 0 }, { changes: 1, lastInsertRowid: 1 }])
    const read = await call('query', {
      database: 'main',
      sql: 'select * from note where id = ?',
      params: [1],
    })
    expect(read.data).toEqual({
      columns: ['id', 'body', 'raw', 'big'],
      rows: [[1, 'hello', { $bytes: 'AQI=' }, { $bigint: '9007199254740993' }]],
      rowCount: 1,
      rowsRead: 1,
    })
    const { data } = await call('describe', { database: 'main', table: 'NOTE' })
    expect(data.tables).toEqual([
      { table: 'note', columns: ['id INTEGER PRIMARY KEY', 'body TEXT', 'raw BLOB', 'big INTEGER'] },
    ])
  })

  test('lists, reads and searches conversations', async () => {
    const { server, admin } = await startWithSessions()
    const { call } = await connectMcp(server.url, admin, era)
    const first = await call('list_sessions', { database: 'main', limit: 1 })
    expect(first.data.sessions).toEqual([
      {
        sessionId: 'grace',
        itemCount: 1,
        firstActivity: '2026-02-28T10:00:00.000Z',
        lastActivity: '2026-02-28T10:00:00.000Z',
      },
    ])
    const second = await call('list_sessions', { database: 'main', limit: 1, after: first.data.after })
    expect(second.data.sessions).toMatchObject([{ sessionId: 'ada', itemCount: 4 }])
    expect(second.data.after).toBeUndefined()

    const page = await call('read_session', { database: 'main', sessionId: 'ada', limit: 3 })
    expect(page.data.entries).toEqual([
      {
        row: 2,
        time: '2026-02-28T09:00:01.000Z',
        kind: 'tool_call',
        name: 'refund',
        callId: 'c1',
        text: '{"order":7}',
      },
      {
        row: 3,
        time: '2026-02-28T09:00:02.000Z',
        kind: 'tool_result',
        name: 'refund',
        callId: 'c1',
        text: 'error: order 7 is closed',
      },
      { row: 4, time: '2026-02-28T09:00:03.000Z', kind: 'assistant', text: 'I could not refund it.' },
    ])
    const older = await call('read_session', { database: 'main', sessionId: 'ada', before: page.data.before })
    expect(older.data.entries.map(({ row }: { row: number }) => row)).toEqual([1])
    expect(older.data.before).toBeUndefined()

    const rows = async (text: string, more = {}) => {
      const { data } = await call('search_sessions', { database: 'main', text, ...more })
      return data.hits.map(({ sessionId, row }: { sessionId: string; row: number }) => [sessionId, row])
    }
    expect(await rows('BROKEN refund')).toEqual([['ada', 1]])
    expect(await rows('It\u2019s')).toEqual([['ada', 1]])
    expect(await rows('払い戻し')).toEqual([['grace', 5]])
    expect(await rows('refund', { limit: 1 })).toEqual([['ada', 4]])
    expect(await rows('refund', { before: 4 })).toEqual([
      ['ada', 3],
      ['ada', 2],
      ['ada', 1],
    ])
    expect(await rows('refund', { sessionId: 'grace' })).toEqual([])
    expect(await rows('100%')).toEqual([])
    expect(await rows('callId')).toEqual([])
  })

  test('makes databases and branches', async () => {
    const { server, admin } = await startWithSessions()
    const { call } = await connectMcp(server.url, admin, era)
    const made = await call('create_database', { name: 'Run 1', ttlDays: 0.5 })
    expect(made.data).toEqual({
      slug: 'run-1',
      name: 'Run 1',
      createdAt: '2026-03-01T12:00:00.000Z',
      expiresAt: '2026-03-02T00:00:00.000Z',
    })
    const { data } = await call('list_databases')
    expect(data.databases.map(({ slug }: { slug: string }) => slug)).toEqual(['main', 'run-1'])

    const claimed = await call('claim_branch', { database: 'main', ref: 'trial', role: 'admin', ttlSec: 60 })
    expect(claimed.data).toMatchObject({
      branchRef: 'trial',
      namespaceSlug: 'acme',
      outcome: 'created',
      expiresAt: '2026-03-01T12:01:00.000Z',
    })
    const { databaseSlug, token } = claimed.data
    const leased = await connectMcp(server.url, token, era)
    const written = await leased.call('batch', {
      database: databaseSlug,
      statements: [{ sql: 'create table extra (x)' }],
    })
    expect(written.isError).toBe(false)
    const outside = await leased.call('query', { database: 'main', sql: 'select 1' })
    expect(outside).toEqual({
      isError: true,
      data: { error: 'The token does not reach this database', status: 403 },
    })

    const branches = await call('list_branches', { database: 'main' })
    expect(branches.data.branches).toMatchObject([{ branchRef: 'trial', slug: databaseSlug }])
    const merged = await call('merge_branch', { database: 'main', ref: 'trial' })
    expect(merged.data.applied).toEqual(['CREATE TABLE extra (x)'])
    expect((await call('delete_branch', { database: 'main', ref: 'trial' })).data).toEqual({ deleted: true })
    expect((await call('list_branches', { database: 'main' })).data.branches).toEqual([])
  })

  test('tells usage, in which its own calls count', async () => {
    const { server, admin } = await startWithSessions()
    const { call } = await connectMcp(server.url, admin, era)
    const requests = async () => {
      const { data } = await call('usage', { from: '2026-03-01', database: 'main' })
      return data.rows[0]
    }
    const before = await requests()
    await call('query', { database: 'main', sql: 'select 1' })
    const after = await requests()
    expect(after).toMatchObject({ day: '2026-03-01', database: 'main', requests: before.requests + 1 })
    expect(after.costUsd).toBeGreaterThan(before.costUsd)
  })

  test('has the schema and the transcripts as resources', async () => {
    const { server, admin } = await startWithSessions()
    const { client, call } = await connectMcp(server.url, admin, era)
    await call('create_database', { name: 'empty' })
    const { resources } = await client.listResources()
    expect(resources.map(({ uri }) => uri)).toEqual([
      'persql://main/schema',
      'persql://main/sessions/grace',
      'persql://main/sessions/ada',
      'persql://empty/schema',
    ])
    const { resourceTemplates } = await client.listResourceTemplates()
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      'persql://{database}/schema',
      'persql://{database}/sessions/{id}{?before}',
      'persql://{database}/sessions/{id}',
    ])
    const text = async (uri: string) => {
      const { contents } = await client.readResource({ uri })
      return contents[0] && 'text' in contents[0] ? contents[0].text : undefined
    }
    expect(await text('persql://main/schema')).toContain('CREATE TABLE agent_messages')
    expect(await text('persql://main/sessions/ada')).toBe(
      `[1] 2026-02-28T09:00:00.000Z user
Refund order 7, please. It\u2019s broken.

[2] 2026-02-28T09:00:01.000Z tool_call refund
{"order":7}

[3] 2026-02-28T09:00:02.000Z tool_result refund
error: order 7 is closed

[4] 2026-02-28T09:00:03.000Z assistant
I could not refund it.`,
    )
    expect(await text('persql://main/sessions/ada?before=2')).toMatch(/^\[1\].*user\nRefund order 7.*$/s)
    await expect(text('persql://main/sessions/nobody')).rejects.toThrow('There is no such session')
    await expect(text('persql://other/schema')).rejects.toThrow('There is no such database')
  })

  test('has prompts whose SQL runs', async () => {
    const { server, admin } = await startWithSessions()
    const { client, call } = await connectMcp(server.url, admin, era)
    const { prompts } = await client.listPrompts()
    expect(prompts.map(({ name }) => name)).toEqual(['investigate_session', 'daily_report'])
    const textOf = async (name: string, args: Record<string, string>) => {
      const { messages } = await client.getPrompt({ name, arguments: args })
      const content = messages[0]?.content
      return content?.type === 'text' ? content.text : ''
    }
    const investigation = await textOf('investigate_session', { database: 'main', sessionId: 'a"b' })
    expect(investigation).toContain('Investigate the session "a\\"b" of the database "main"')

    const report = await textOf('daily_report', { database: 'main', day: '2026-02-28' })
    const results = []
    for (const sql of report.match(/^(?:select|with) .*$/gm) ?? []) {
      results.push((await call('query', { database: 'main', sql })).data.rows)
    }
    expect(results).toEqual([
      [[2, 5]],
      [
        ['09', 1, 4],
        ['10', 1, 1],
      ],
      [
        ['ada', 4, '2026-02-28 09:00:00', '2026-02-28 09:00:03'],
        ['grace', 1, '2026-02-28 10:00:00', '2026-02-28 10:00:00'],
      ],
      [['refund', 1]],
      [[3, 'ada', 'refund']],
    ])
    await expect(textOf('daily_report', { database: 'main', day: 'yesterday' })).rejects.toThrow('day')
  })
})

test('a token that may only read is offered the tools that read', async () => {
  const { server, token } = await startWithSessions()
  const { client, call } = await connectMcp(server.url, await token({ role: 'readonly' }))
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name).toSorted()).toEqual(READING.toSorted())
  expect((await call('list_sessions', { database: 'main' })).data.sessions).toHaveLength(2)
})

test('rows and cells beyond what a model reads are cut, and the result says so', async () => {
  const { server, admin } = await startServer()
  const { call } = await connectMcp(server.url, admin)
  await call('create_database', { name: 'main' })
  const many =
    'with recursive n (i) as (select 1 union all select i + 1 from n where i < 5000) select i from n'
  const page = await call('query', { database: 'main', sql: many })
  expect(page.data.rows).toHaveLength(100)
  expect(page.data).toMatchObject({ rowCount: 5000, note: expect.stringContaining('first 100 of 5000 rows') })
  expect((await call('query', { database: 'main', sql: many, limit: 1000 })).data.rows).toHaveLength(1000)

  const long = await call('query', {
    database: 'main',
    sql: `select printf('%.*c', 100000, '😀'), zeroblob(5000)`,
  })
  const [text, blob] = long.data.rows[0]
  expect(text.length).toBeLessThan(4100)
  expect(text).toMatch(/… \[cut: \d+ characters in all\]$/)
  expect(text.isWellFormed()).toBe(true)
  expect(blob).toBe('[blob of 5000 bytes]')

  const wide = `${many.replace('select i from n', `select i, printf('%.*c', 1000, 'x') from n`)}`
  const { data } = await call('query', { database: 'main', sql: wide, limit: 1000 })
  expect(JSON.stringify(data).length).toBeLessThan(45_000)
  expect(data.note).toContain(`first ${data.rows.length} of 5000`)
})

test('the statements of a batch share the room', async () => {
  const { server, admin } = await startServer()
  const { call } = await connectMcp(server.url, admin)
  await call('create_database', { name: 'main' })
  const sql = `select printf('%.*c', 3000, 'x') union all select 'y'`
  const statements = Array(30).fill({ sql })
  const { data } = await call('batch', { database: 'main', statements })
  expect(data.results).toHaveLength(30)
  expect(data.results[0].rows).toHaveLength(2)
  expect(data.results[29]).toMatchObject({ rows: [], rowCount: 2, note: expect.stringContaining('0 of 2') })
  expect(JSON.stringify(data).length).toBeLessThan(60_000)
})

test('an answer too large for the endpoint is refused, and what it wrote was written', async () => {
  const { server, admin } = await startServer()
  const { call } = await connectMcp(server.url, admin)
  await call('create_database', { name: 'main' })
  await call('batch', { database: 'main', statements: [{ sql: 'create table t (a)' }] })
  const sql = `insert into t select printf('%.*c', 1000000, 'x') from json_each('[1,2,3,4,5,6,7,8,9]') returning a`
  const refused = await call('batch', { database: 'main', statements: [{ sql }] })
  expect(refused).toMatchObject({
    isError: true,
    data: { status: 413, errorDetail: { kind: 'too_large' } },
  })
  expect(refused.data.error).toContain('What the call wrote was written.')
  expect((await call('query', { database: 'main', sql: 'select count(*) from t' })).data.rows).toEqual([[9]])
})

test('describe shows what there is room for, and names the other tables', async () => {
  const { server, admin } = await startServer()
  const { call } = await connectMcp(server.url, admin)
  await call('create_database', { name: 'main' })
  const columns = Array.from({ length: 200 }, (_, index) => `a_rather_long_name_${index} text`).join(', ')
  const names = Array.from({ length: 40 }, (_, index) => `t${10 + index}`)
  const statements = names.map((name) => ({ sql: `create table ${name} (${columns})` }))
  expect((await call('batch', { database: 'main', statements })).isError).toBe(false)
  const { data } = await call('describe', { database: 'main' })
  const shown = data.tables.map(({ table }: { table: string }) => table)
  expect(shown.length).toBeGreaterThan(2)
  expect([...shown, ...data.others]).toEqual(names)
  const last = await call('describe', { database: 'main', table: 't49' })
  expect(last.data.tables).toMatchObject([{ table: 't49' }])
})

test('a token with a scope sees the resources that it may', async () => {
  const { server, token } = await startWithSessions()
  const { client } = await connectMcp(server.url, await token({ tableScope: ['t'] }))
  const { resources } = await client.listResources()
  expect(resources.map(({ uri }) => uri)).toEqual(['persql://main/schema'])
  const { contents } = await client.readResource({ uri: 'persql://main/schema' })
  expect(contents).toMatchObject([{ text: '' }])
  await expect(client.readResource({ uri: 'persql://main/sessions/ada' })).rejects.toThrow('Token scope')
})

test('a key makes a repeated batch one batch', async () => {
  const { server, admin } = await startServer()
  const { call } = await connectMcp(server.url, admin)
  await call('create_database', { name: 'main' })
  await call('batch', { database: 'main', statements: [{ sql: 'create table t (a)' }] })
  const insert = {
    database: 'main',
    statements: [{ sql: 'insert into t values (1)' }],
    idempotencyKey: 'once',
  }
  for (let time = 0; time < 3; time++) expect((await call('batch', insert)).isError).toBe(false)
  expect((await call('query', { database: 'main', sql: 'select count(*) from t' })).data.rows).toEqual([[1]])
})

test('without a transaction, statements before a failing one stay; with one, none', async () => {
  const { server, admin } = await startServer()
  const { call } = await connectMcp(server.url, admin)
  await call('create_database', { name: 'main' })
  await call('batch', { database: 'main', statements: [{ sql: 'create table t (a unique)' }] })
  const statements = [{ sql: 'insert into t values (1)' }, { sql: 'insert into t values (1)' }]
  const count = async () =>
    (await call('query', { database: 'main', sql: 'select count(*) from t' })).data.rows[0][0]
  const error = {
    isError: true,
    data: { status: 400, errorDetail: { kind: 'unique_violation', statementIndex: 1 } },
  }
  expect(await call('batch', { database: 'main', statements })).toMatchObject(error)
  expect(await count()).toBe(0)
  expect(await call('batch', { database: 'main', statements, transaction: false })).toMatchObject(error)
  expect(await count()).toBe(1)
})

test.each(['0.0.0.0', '::', '127.0.0.1', '::1'])('reaches itself where it listens on %s', async (host) => {
  const { server, admin } = await startServer({ host })
  const url = `http://${host.includes(':') ? '[::1]' : '127.0.0.1'}:${server.address.port}`
  const { call } = await connectMcp(url, admin)
  expect((await call('list_databases')).data).toEqual({ databases: [] })
})

test('a slow statement in one database does not hold up another', async () => {
  const { server, admin } = await startServer({ limits: { statementMs: 3000 } })
  const { call } = await connectMcp(server.url, admin)
  for (const name of ['slow', 'quick']) await call('create_database', { name })
  const endless = 'with recursive n (i) as (select 1 union all select i + 1 from n) select count(*) from n'
  const slow = call('query', { database: 'slow', sql: endless })
  const order: string[] = []
  await Promise.all([
    slow.then(() => order.push('slow')),
    call('query', { database: 'quick', sql: 'select 1' }).then(() => order.push('quick')),
  ])
  expect(order).toEqual(['quick', 'slow'])
  expect(await slow).toMatchObject({
    isError: true,
    data: { status: 504, errorDetail: { kind: 'timeout' } },
  })
})
