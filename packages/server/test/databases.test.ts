import { once } from 'node:events'
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { expect, test } from 'vitest'
import { startServer, type TestServer } from './support/test-server.ts'

const DAY = 86_400_000
const filesIn = (data: string) =>
  readdirSync(join(data, 'databases')).filter((name) => name.endsWith('.sqlite')).length

test('creates, lists, gets and deletes databases', async () => {
  const { call, query, data } = await startServer()
  const created = await call('POST', '/v1/databases', { name: 'My orders', slug: 'orders' })
  expect(created.body.data).toEqual({
    id: expect.stringMatching(/^db_/),
    slug: 'orders',
    name: 'My orders',
    status: 'healthy',
    region: 'auto',
    forkedFromId: null,
    expiresAt: null,
    createdAt: '2026-03-01T12:00:00.000Z',
  })
  await query('orders', 'create table t (a)')
  expect((await call('GET', '/v1/databases?pageSize=100')).body.data).toEqual([created.body.data])
  expect((await call('GET', '/v1/databases/orders')).body.data).toEqual(created.body.data)
  expect(filesIn(data)).toBe(1)
  expect((await call('DELETE', '/v1/databases/orders')).body.data).toEqual({ deleted: true })
  expect((await call('GET', '/v1/databases/orders')).status).toBe(404)
  expect((await call('GET', '/v1/databases')).body.data).toEqual([])
  expect(filesIn(data)).toBe(0)
})

test('refuses a slug that is taken', async () => {
  const { call } = await startServer()
  await call('POST', '/v1/databases', { name: 'a', slug: 'a' })
  expect((await call('POST', '/v1/databases', { name: 'b', slug: 'a' })).status).toBe(409)
})

test('makes a new database in place of a deleted one, with nothing of it', async () => {
  const { call, query } = await startServer()
  await query('main', 'create table t (a)')
  await call('DELETE', '/v1/databases/main')
  // A query does not bring back what was deleted.
  expect((await query('main', 'select 1')).status).toBe(404)
  expect((await call('POST', '/v1/databases', { name: 'main', slug: 'main' })).status).toBe(200)
  expect((await call('GET', '/v1/db/acme/main/tables')).body.data).toEqual([])
})

test.each([
  ['ttlDays', { ttlDays: 0.5 }],
  ['ttl_days', { ttl_days: 0.5 }],
  ['expiresAt', { expiresAt: '2026-03-02T00:00:00Z' }],
])(
  'answers 404 from the moment that %s names, and deletes the file with the next sweep',
  async (_, fields) => {
    const { call, query, clock, server, data } = await startServer()
    const { body } = await call('POST', '/v1/databases', { name: 'run', slug: 'run', ...fields })
    expect(body.data.expiresAt).toBe('2026-03-02T00:00:00.000Z')
    await query('run', 'create table t (a)')
    clock.now += DAY / 2 - 1
    expect((await query('run', 'select * from t')).status).toBe(200)
    clock.now += 1
    expect((await query('run', 'select * from t')).status).toBe(404)
    expect((await call('GET', '/v1/databases/run')).status).toBe(404)
    expect((await call('GET', '/v1/databases')).body.data).toEqual([])
    expect(filesIn(data)).toBe(1)
    await server.sweep()
    expect(filesIn(data)).toBe(0)
    expect((await query('run', 'select * from t')).status).toBe(404)
  },
)

test('takes a slug again whose database has expired, before it is swept', async () => {
  const { call, clock, server, query, data } = await startServer()
  await call('POST', '/v1/databases', { name: 'run', slug: 'run', ttlDays: 1 })
  await query('run', 'create table old (a)')
  clock.now += DAY
  expect((await call('POST', '/v1/databases', { name: 'run', slug: 'run' })).status).toBe(200)
  await query('run', 'create table new (a)')
  await server.sweep()
  expect((await call('GET', '/v1/db/acme/run/tables')).body.data).toEqual([{ name: 'new', rowCount: 0 }])
  expect(filesIn(data)).toBe(1)
})

test('makes a database at the first query of an unbound admin token, and for nobody else', async () => {
  const { query, token, call } = await startServer()
  const readwrite = { token: await token({ role: 'readwrite' }) }
  const scoped = { token: await token({ role: 'admin', tableScope: ['t'] }) }
  expect((await query('fresh', 'select 1', [], readwrite)).status).toBe(404)
  expect((await query('fresh', 'select 1', [], scoped)).status).toBe(404)
  expect((await call('GET', '/v1/db/acme/fresh/tables')).status).toBe(404)
  expect((await query('Not a slug', 'select 1')).status).toBe(404)
  expect((await query('fresh', 'select 1')).status).toBe(200)
  expect((await query('fresh', 'select 1', [], readwrite)).status).toBe(200)
})

test('makes no database by a query where that is switched off', async () => {
  const { query } = await startServer({ autoCreate: false })
  expect((await query('fresh', 'select 1')).status).toBe(404)
})

test('keeps databases, tokens and content over a restart, and tells the admin token only once', async () => {
  const first = await startServer()
  await first.query('main', 'create table t (a)')
  await first.query('main', 'insert into t values (1)')
  await first.server.close()
  const second = await startServer({ data: first.data })
  expect(second.server.adminToken).toBe(undefined)
  const { body } = await second.query('main', 'select a from t', [], { token: first.admin })
  expect(body.data.rows).toEqual([[1]])
})

test('takes the admin token that it is given, and revokes the one that it replaces', async () => {
  const [one, two] = ['psql_live_aaaaaaaaaaaaaaaa', 'psql_live_bbbbbbbbbbbbbbbb']
  const first = await startServer({ adminToken: one })
  expect((await first.query('main', 'select 1')).status).toBe(200)
  await first.server.close()
  const second = await startServer({ data: first.data, adminToken: two })
  expect((await second.query('main', 'select 1', [], { token: two })).status).toBe(200)
  expect((await second.query('main', 'select 1', [], { token: one })).status).toBe(401)
})

test('refuses a data folder that another server uses', async () => {
  const { data } = await startServer()
  await expect(startServer({ data })).rejects.toThrow('Another server uses this data folder.')
})

test('shows the admin token in the first run that comes to listen', async () => {
  const data = temporaryFolder()
  const { server } = await startServer()
  await expect(startServer({ data, port: server.address.port })).rejects.toThrow(
    `Port ${server.address.port} of 127.0.0.1 is in use.`,
  )
  const { admin, query } = await startServer({ data })
  expect(admin).toMatch(/^psql_live_/)
  expect((await query('main', 'select 1')).status).toBe(200)
})

/** Sends the head of a query, does something, sends the body, and resolves with the status. */
async function interrupted({ server, admin }: TestServer, token: string, between: () => Promise<unknown>) {
  const sent = request(`${server.url}/v1/db/acme/main/query`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token || admin}`, 'content-type': 'application/json' },
  })
  sent.write('{"sql":')
  // The server has the head once it answers what came later on another connection.
  await fetch(`${server.url}/healthz`)
  await between()
  sent.end('"create table late (a)"}')
  const [response] = await once(sent, 'response')
  response.resume()
  return response.statusCode
}

test('does not make a database again that was deleted while a body arrived', async () => {
  const started = await startServer()
  await started.query('main', 'select 1')
  expect(await interrupted(started, '', () => started.call('DELETE', '/v1/databases/main'))).toBe(404)
  expect(readdirSync(join(started.data, 'databases'))).toEqual([])
})

test('does not run what was sent with a token that was revoked while the body arrived', async () => {
  const started = await startServer()
  await started.query('main', 'select 1')
  const { body } = await started.call('POST', '/v1/tokens', { name: 'x' })
  const { token, id } = body.data
  expect(await interrupted(started, token, () => started.call('DELETE', `/v1/tokens/${id}`))).toBe(401)
  expect((await started.call('GET', '/v1/db/acme/main/tables')).body.data).toEqual([])
})

test('deletes a database for which too many requests wait, and its file later', async () => {
  const { call, query, server, data } = await startServer({ limits: { statementMs: 1500, queue: 0 } })
  await query('main', 'create table t (a)')
  const endless = query(
    'main',
    'with recursive n (i) as (select 1 union all select i from n) insert into t select i from n',
  )
  while (!/^persql_jobs 1$/m.test((await call('GET', '/metrics')).body)) {}
  expect((await call('DELETE', '/v1/databases/main')).body).toEqual({
    success: true,
    data: { deleted: true },
  })
  expect((await query('main', 'select 1')).status).toBe(404)
  await server.sweep()
  await endless
  await server.sweep()
  expect(readdirSync(join(data, 'databases'))).toEqual([])
})

test('can be backed up while it runs', async () => {
  const { data, query, token, admin } = await startServer()
  await query('main', 'create table t (a)')
  await query('main', 'insert into t values (1)', [], { headers: { 'idempotency-key': 'k' } })
  const reader = await token({ role: 'readonly' })
  const copy = temporaryFolder()
  mkdirSync(join(copy, 'databases'))
  const files = readdirSync(data, { recursive: true, encoding: 'utf8' })
  for (const file of files.filter((name) => name.endsWith('.sqlite'))) {
    const source = new DatabaseSync(join(data, file), { readOnly: true })
    await backup(source, join(copy, file))
    source.close()
  }
  await query('main', 'insert into t values (2)')
  const restored = await startServer({ data: copy })
  const rows = await restored.query('main', 'select a from t', [], { token: reader })
  expect(rows.body.data.rows).toEqual([[1]])
  const options = { token: admin, headers: { 'idempotency-key': 'k' } }
  const replayed = await restored.query('main', 'insert into t values (1)', [], options)
  expect(replayed.headers.get('idempotency-replayed')).toBe('true')
})

test('serves a file from elsewhere that is put in place of its own', async () => {
  const first = await startServer()
  await first.query('main', 'select 1')
  await first.server.close()
  const [name = ''] = readdirSync(join(first.data, 'databases'))
  const file = join(first.data, 'databases', name)
  const foreign = join(temporaryFolder(), 'foreign.sqlite')
  const database = new DatabaseSync(foreign)
  database.exec('create table theirs (a); insert into theirs values (1)')
  database.close()
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true })
  copyFileSync(foreign, file)
  const second = await startServer({ data: first.data })
  const options = { token: first.admin, headers: { 'idempotency-key': 'k' } }
  for (let round = 0; round < 2; round++) {
    const { body } = await second.query('main', 'insert into theirs values (2) returning a', [], options)
    expect(body.data.rows).toEqual([[2]])
  }
  const { body } = await second.query('main', 'select a from theirs', [], { token: first.admin })
  expect(body.data.rows).toEqual([[1], [2]])
})

test('sweeps by itself', async () => {
  const { call, query, clock, data } = await startServer({ sweepInterval: 10 })
  await call('POST', '/v1/databases', { name: 'run', slug: 'run', ttlDays: 1 })
  await query('run', 'create table t (a)')
  expect(filesIn(data)).toBe(1)
  clock.now += DAY
  while (filesIn(data) > 0) await call('GET', '/healthz')
})
