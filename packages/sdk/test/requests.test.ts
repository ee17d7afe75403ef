import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PerSQL } from '../src/index.ts'
import { EMPTY_RESULT, type ScriptedServer, scriptedServer, success } from './support/scripted-server.ts'

let server: ScriptedServer
let answer: unknown

beforeEach(async () => {
  answer = EMPTY_RESULT
  server = await scriptedServer((response) => success(answer)(response))
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await server[Symbol.asyncDispose]()
})

const client = () => new PerSQL({ token: 'psql_live_t', baseURL: server.url })
const lines = () => server.requests.map(({ method, path }) => `${method} ${path}`)
const bodies = () => server.requests.map(({ body }) => body)

test('sends a query with its token, as JSON', async () => {
  await client().database('acme/orders').query('select ?', [1])
  expect(server.requests).toMatchObject([
    {
      method: 'POST',
      path: '/v1/db/acme/orders/query',
      headers: { authorization: 'Bearer psql_live_t', 'content-type': 'application/json' },
      body: { sql: 'select ?', params: [1] },
    },
  ])
})

test('takes the name of a database in one piece or in two, and those of branches', async () => {
  const persql = client()
  await persql.database('acme', 'orders').query('select 1')
  await persql.database('acme/orders.feat/x y').query('select 1')
  expect(lines()).toEqual(['POST /v1/db/acme/orders/query', 'POST /v1/db/acme/orders.feat%2Fx%20y/query'])
})

test.each(['', 'acme', '/orders', 'acme/', 'acme/..', '../orders', 'acme/\ud800', undefined, 7])(
  'refuses the database name %j',
  (name) => {
    expect(() => client().database(name as string)).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    )
  },
)

test('sends a batch as one request, with transaction only where it is asked for', async () => {
  answer = [EMPTY_RESULT]
  const database = client().database('acme/orders')
  const statements = [{ sql: 'delete from t' }]
  await database.batch(statements)
  await database.batch(statements, { transaction: true })
  await database.transaction(statements)
  expect(bodies()).toEqual([
    { statements },
    { statements, transaction: true },
    { statements, transaction: true },
  ])
})

test('sends nothing for an empty batch, and refuses one with more than 100 statements', async () => {
  const database = client().database('acme/orders')
  expect(await database.batch([])).toEqual([])
  const many = Array.from({ length: 101 }, () => ({ sql: 'select 1' }))
  await expect(database.batch(many)).rejects.toMatchObject({ code: 'invalid_argument' })
  expect(server.requests).toEqual([])
})

test('gives each write a random idempotency key of its own, and reads none', async () => {
  const database = client().database('acme/orders')
  await database.query('delete from t')
  await database.query('delete from t')
  await database.query('select 1', [], { readOnly: true })
  const keys = server.requests.map(({ headers }) => headers['idempotency-key'])
  expect(keys[0]).toMatch(/^[\w-]{32,}$/)
  expect(keys[1]).toMatch(/^[\w-]{32,}$/)
  expect(keys[0]).not.toBe(keys[1])
  expect(keys[2]).toBeUndefined()
  expect(server.requests[2]?.body).toMatchObject({ readOnly: true })
})

test('sends the idempotency key or the plan step that is given, and no other key', async () => {
  const database = client().database('acme/orders')
  await database.query('delete from t', [], { idempotencyKey: 'order 7' })
  await database.query('delete from t', [], { planKey: 'plan', planStep: '2' })
  answer = [EMPTY_RESULT]
  await database.batch([{ sql: 'delete from t' }], { idempotencyKey: 'order 8' })
  const keys = ({ headers }: (typeof server.requests)[number]) =>
    ['idempotency-key', 'plan-key', 'plan-step'].map((name) => headers[name])
  expect(server.requests.map(keys)).toEqual([
    ['order 7', undefined, undefined],
    [undefined, 'plan', '2'],
    ['order 8', undefined, undefined],
  ])
})

test.each([
  { idempotencyKey: '' },
  { idempotencyKey: 'x'.repeat(201) },
  { idempotencyKey: 'a\r\nx: y' },
  { idempotencyKey: 'naïve' },
  { planKey: 'plan' },
  { planStep: '1' },
  { idempotencyKey: 'order 7', planKey: 'plan', planStep: '1' },
  { timeout: 0 },
  { timeout: Number.NaN },
  { timeout: 2 ** 31 },
  { timeout: Number.POSITIVE_INFINITY },
  { timeout: '5000' as unknown as number },
  { maxRetries: -1 },
  { maxRetries: Number.POSITIVE_INFINITY },
])('refuses the options %o before anything is sent', async (options) => {
  const database = client().database('acme/orders')
  await expect(database.query('select 1', [], options)).rejects.toMatchObject({ code: 'invalid_argument' })
  expect(server.requests).toEqual([])
})

test('sends bytes, large integers and booleans in the form that JSON has for them', async () => {
  const params = [new Uint8Array([0, 255]), 2n ** 60n, 7n, true, false, null, 'a']
  await client().database('acme/orders').query('select ?', params)
  expect(bodies()).toEqual([
    {
      sql: 'select ?',
      params: [{ $bytes: 'AP8=' }, { $bigint: '1152921504606846976' }, 7, 1, 0, null, 'a'],
    },
  ])
})

test.each([Number.NaN, Number.POSITIVE_INFINITY, undefined, {}, new Date(0), Symbol('s'), 2n ** 64n])(
  'refuses the parameter %s before anything is sent',
  async (param) => {
    const database = client().database('acme/orders')
    await expect(database.query('select ?', [param as unknown as null])).rejects.toMatchObject({
      name: 'PerSQLError',
      code: 'invalid_argument',
    })
    expect(server.requests).toEqual([])
  },
)

test('asks for tables, description, schema, plan and validity', async () => {
  const database = client().database('acme/orders')
  await database.tables()
  await database.describe()
  await database.schema()
  await database.explain('select ?', [2n ** 60n])
  await database.validate('select 1')
  expect(lines()).toEqual([
    'GET /v1/db/acme/orders/tables',
    'GET /v1/db/acme/orders/describe',
    'GET /v1/db/acme/orders/schema',
    'POST /v1/db/acme/orders/explain',
    'POST /v1/db/acme/orders/validate',
  ])
  expect(bodies().slice(3)).toEqual([
    { sql: 'select ?', params: [{ $bigint: '1152921504606846976' }] },
    { sql: 'select 1' },
  ])
})

test('creates databases with a slug from the name and an expiry, lists, gets and deletes them', async () => {
  const { databases } = client()
  await databases.create('Run №1 – Zürich')
  await databases.create('Run', { slug: 'run-7', ttlDays: 0.01 })
  await databases.create('Run', { expiresAt: new Date(0) })
  await databases.list()
  await databases.get('run')
  expect(await databases.delete('run')).toEqual({ deleted: true })
  expect(lines()).toEqual([
    'POST /v1/databases',
    'POST /v1/databases',
    'POST /v1/databases',
    'GET /v1/databases',
    'GET /v1/databases/run',
    'DELETE /v1/databases/run',
  ])
  expect(bodies().slice(0, 3)).toEqual([
    { name: 'Run №1 – Zürich', slug: 'run-no1-zurich' },
    { name: 'Run', slug: 'run-7', ttlDays: 0.01 },
    { name: 'Run', slug: 'run', expiresAt: '1970-01-01T00:00:00.000Z' },
  ])
})

test('refuses two expiries, a time that is none, and a name without a slug in it', async () => {
  const { databases } = client()
  const refused = [
    databases.create('a', { ttlDays: 1, expiresAt: new Date() }),
    databases.create('a', { expiresAt: 'soon' }),
    databases.create('漢字'),
    databases.get('..'),
  ]
  for (const call of refused) await expect(call).rejects.toMatchObject({ code: 'invalid_argument' })
  expect(server.requests).toEqual([])
})

test('upserts, lists, gets, claims, merges and deletes branches, their refs as one segment', async () => {
  const { branches } = client().database('acme/orders')
  await branches.upsert('feat/x', { fromRef: 'main', expiresAt: new Date(0) })
  await branches.list()
  await branches.get('feat/x')
  await branches.claim({ purpose: 'try', ttlSec: 60, role: 'admin' })
  await branches.merge('feat/x', { mode: 'schema' })
  await branches.delete('feat/x')
  expect(lines()).toEqual([
    'PUT /v1/db/acme/orders/branches/feat%2Fx',
    'GET /v1/db/acme/orders/branches',
    'GET /v1/db/acme/orders/branches/feat%2Fx',
    'POST /v1/db/acme/orders/branches/claim',
    'POST /v1/db/acme/orders/branches/feat%2Fx/merge',
    'DELETE /v1/db/acme/orders/branches/feat%2Fx',
  ])
  expect(bodies().filter(Boolean)).toEqual([
    { fromRef: 'main', expiresAt: '1970-01-01T00:00:00.000Z' },
    { purpose: 'try', ttlSec: 60, role: 'admin' },
    { mode: 'schema' },
  ])
})

test('creates, lists and revokes tokens', async () => {
  const { tokens } = client()
  await tokens.create('ci', { role: 'readonly', tableScope: ['a'], database: 'orders', ttlSec: 60 })
  await tokens.list()
  await tokens.revoke('tok_1')
  expect(lines()).toEqual(['POST /v1/tokens', 'GET /v1/tokens', 'DELETE /v1/tokens/tok_1'])
  expect(bodies()[0]).toEqual({
    name: 'ci',
    role: 'readonly',
    tableScope: ['a'],
    database: 'orders',
    ttlSec: 60,
  })
})

test('asks for usage by day, database and token, and whose token this is', async () => {
  const persql = client()
  await persql.usage()
  await persql.usage({
    from: '2026-01-31',
    to: new Date('2026-02-01T23:00:00Z'),
    database: 'a&b',
    token: 't',
  })
  await persql.me()
  expect(lines()).toEqual([
    'GET /v1/usage',
    'GET /v1/usage?from=2026-01-31&to=2026-02-01&database=a%26b&token=t',
    'GET /v1/me',
  ])
})

test('finds its server in PERSQL_API_URL unless it is told another one', async () => {
  vi.stubEnv('PERSQL_API_URL', `${server.url}/proxied/`)
  await new PerSQL({ token: 't' }).database('acme/orders').query('select 1')
  await new PerSQL({ token: 't', baseURL: server.url }).database('acme/orders').query('select 1')
  expect(lines()).toEqual(['POST /proxied/v1/db/acme/orders/query', 'POST /v1/db/acme/orders/query'])
})

test('calls the hosted service where nothing else is named', async () => {
  vi.stubEnv('PERSQL_API_URL', '')
  const urls: string[] = []
  const fetch = async (url: string) => {
    urls.push(url)
    return Response.json({ success: true, data: EMPTY_RESULT })
  }
  await new PerSQL({ token: 't', fetch }).database('acme/orders').query('select 1')
  await new PerSQL({ token: 't', fetch, baseURL: '', local: '' }).database('acme/orders').query('select 1')
  const url = 'https://api.persql.com/v1/db/acme/orders/query'
  expect(urls).toEqual([url, url])
})

test('takes an empty address for none, and so finds its server in PERSQL_API_URL', async () => {
  vi.stubEnv('PERSQL_API_URL', server.url)
  await new PerSQL({ token: 't', baseURL: '' }).database('acme/orders').query('select 1')
  expect(server.requests).toHaveLength(1)
})

test.each([
  {},
  { token: '' },
  { token: ' ' },
  { token: 'a\nb' },
  { token: 'a', baseURL: 'ftp://example.com' },
  { token: 'a', baseURL: 'https://user:secret@example.com' },
  { token: 'a', baseURL: 'nowhere' },
  { token: 'a', timeout: 0 },
  { token: 'a', timeout: 2 ** 31 },
  { token: 'a', timeout: Number.POSITIVE_INFINITY },
  { token: 'a', maxRetries: -1 },
  { local: '' },
])('refuses to be made with %o', (options) => {
  expect(() => new PerSQL(options)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
})

test('takes the longest time that a timer can have', async () => {
  const timeout = 2 ** 31 - 1
  const database = new PerSQL({ token: 't', baseURL: server.url, timeout }).database('acme/orders')
  await database.query('select 1')
  await database.query('select 1', [], { timeout })
  expect(server.requests).toHaveLength(2)
})

test('rejects calls after it was closed', async () => {
  const persql = client()
  const database = persql.database('acme/orders')
  await persql.close()
  await persql.close()
  await expect(database.query('select 1')).rejects.toMatchObject({ code: 'closed' })
  await expect(persql.databases.list()).rejects.toMatchObject({ code: 'closed' })
  expect(server.requests).toEqual([])
})
