import { hash } from 'node:crypto'
import { readdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createServer, type PerSQLServer } from '../src/index.ts'
import { ATTACKS, QUERY, RAW_ATTACKS, type Request, WRONG_TYPES } from './support/attacks.ts'

const HOUR = 3_600_000
const MB = 1024 * 1024

const folder = temporaryFolder(afterAll)
const data = join(folder, 'data')
let server: PerSQLServer
let now = Date.parse('2026-03-01T12:00:00Z')
const tokens: Record<string, string> = {}

async function send({
  method = 'POST',
  path = QUERY,
  as = 'admin',
  headers = {},
  sql,
  params,
  body,
}: Request) {
  const token = tokens[as] ?? as
  const content = body ?? (sql === undefined ? undefined : { sql, ...(params !== undefined && { params }) })
  const isRaw = typeof content === 'string' || Buffer.isBuffer(content)
  const response = await fetch(server.url + path, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(content !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(content !== undefined && { body: isRaw ? (content as string) : JSON.stringify(content) }),
  })
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it in many ways.
  return { status: response.status, body: (await response.json()) as any }
}

const state = async () => {
  const get = async (path: string) => (await send({ method: 'GET', path })).body.data
  const rows = async (sql: string) => (await send({ sql })).body.data.rows
  return {
    databases: await get('/v1/databases'),
    branches: await get('/v1/db/acme/main/branches'),
    tokens: await get('/v1/tokens'),
    schema: await rows('select type, name, sql from sqlite_schema order by name'),
    rows: await rows('select * from t order by 1'),
    secret: await rows('select * from secret'),
    settings: await rows(`select * from pragma_foreign_keys, pragma_journal_mode, pragma_synchronous`),
    files: readdirSync(folder, { recursive: true }).filter((name) => !/-(wal|shm)$/.test(String(name))),
  }
}

/** What somebody with the right to make it has left. */
const PRESENT = [
  `create view pragma_table_list as select 'main' as schema, 'secret' as name, 'shadow' as type`,
  'create table json_tree (key, value)',
  'create virtual table docs using fts4 (text)',
  `insert into docs values ('a')`,
  `insert into docs values ('b')`,
  'create view optimized as select optimize(docs) from docs',
]

let before: Awaited<ReturnType<typeof state>>
let digestBefore: ReturnType<typeof digest>

const start = () =>
  createServer({
    data,
    port: 0,
    namespace: 'acme',
    sweepInterval: 0,
    now: () => now,
    limits: { statementMs: 3000, resultRows: 10_000, resultBytes: 4 * MB, valueBytes: 4 * MB },
    workers: { min: 1, max: 4 },
  })

beforeAll(async () => {
  writeFileSync(join(folder, 'canary'), 'here')
  server = await start()
  tokens['admin'] = server.adminToken ?? ''
  const make = async (body: object) =>
    (await send({ path: '/v1/tokens', body: { name: 'x', ...body } })).body.data
  for (const sql of ['create table t (a unique)', 'create table secret (s)', ...PRESENT]) await send({ sql })
  await send({ sql: 'insert into t values (1)', headers: { 'idempotency-key': 'used' } })
  await send({ sql: `insert into secret values ('hidden')` })
  tokens['readonly'] = (await make({ role: 'readonly' })).token
  tokens['readwrite'] = (await make({ role: 'readwrite' })).token
  tokens['scoped'] = (await make({ tableScope: ['t'] })).token
  tokens['expired'] = (await make({ ttlSec: 1 })).token
  const revoked = await make({})
  tokens['revoked'] = revoked.token
  await send({ method: 'DELETE', path: `/v1/tokens/${revoked.id}` })
  const claimed = await send({ path: '/v1/db/acme/main/branches/claim', body: { role: 'admin' } })
  tokens['branch'] = claimed.body.data.token
  tokens['foreign'] = 'psql_live_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB'
  await send({ method: 'PUT', path: '/v1/db/acme/main/branches/there', body: {} })
  now += HOUR / 2
  await server.close()
  digestBefore = digest(data)
  server = await start()
  before = await state()
})

afterAll(() => server.close())

test.each(Object.entries({ ...ATTACKS, ...WRONG_TYPES }))('refuses %s', async (_, attack) => {
  const { status, body } = await send(attack)
  expect([status, body]).toEqual([
    attack.status,
    expect.objectContaining({ success: false, error: expect.stringContaining(attack.error) }),
  ])
  expect(JSON.stringify(body)).not.toContain('hidden')
  expect(JSON.stringify(body)).not.toContain(folder)
  expect(await state()).toEqual(before)
})

test.each(Object.entries(RAW_ATTACKS))('refuses %s', async (_, { text, statuses, error = '' }) => {
  const socket = connect(server.address.port, '127.0.0.1')
  let answer = ''
  socket.on('data', (piece) => {
    answer += piece
  })
  socket.on('error', () => {})
  socket.write(typeof text === 'string' ? text : text(tokens['admin'] ?? ''))
  await new Promise((resolve) => socket.once('close', resolve))
  expect([...answer.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status))).toEqual(statuses)
  expect(answer).toContain(error)
  expect(await state()).toEqual(before)
})

test('has changed nothing on the disk in all this', async () => {
  await server.close()
  expect(digest(data)).toEqual(digestBefore)
  expect(before.rows).toEqual([[1]])
  expect(Object.keys({ ...ATTACKS, ...WRONG_TYPES, ...RAW_ATTACKS }).length).toBeGreaterThan(250)
})

/** A hash of all rows of each table in all files, but for what counts usage. */
function digest(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const hashes: Record<string, string> = {}
  for (const file of files.filter((name) => name.endsWith('.sqlite'))) {
    const database = new DatabaseSync(join(folder, file))
    const schema = database.prepare('select type, name, sql from sqlite_schema order by name').all()
    const content = [schema]
    for (const { type, name } of schema) {
      if (type !== 'table' || name === 'usage' || name === 'storage') continue
      content.push(database.prepare(`select * from "${name}" order by 1`).all())
    }
    database.close()
    hashes[file] = hash('sha256', JSON.stringify(content))
  }
  return hashes
}
