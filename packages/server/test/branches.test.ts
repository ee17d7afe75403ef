import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startServer } from './support/test-server.ts'

const HOUR = 3_600_000
const filesIn = (data: string) =>
  readdirSync(join(data, 'databases')).filter((name) => name.endsWith('.sqlite')).length

async function withParent(options?: Parameters<typeof startServer>[0]) {
  const started = await startServer(options)
  await started.batch('orders', [
    { sql: 'create table customer (id integer primary key autoincrement, name text)' },
    { sql: 'create index customer_name on customer (name)' },
    { sql: 'create table log (n)' },
    { sql: 'create trigger c after insert on customer begin insert into log values (new.id); end' },
    { sql: 'create view names as select name from customer' },
    { sql: `create virtual table docs using fts5(body)` },
    { sql: `insert into customer (name) values ('Ada')` },
  ])
  const claim = async (body: object = {}) =>
    (await started.call('POST', '/v1/db/acme/orders/branches/claim', body)).body.data
  return { ...started, claim }
}

test('makes a branch with the schema of its parent and none of its rows', async () => {
  const { call, query } = await withParent()
  const { status, body } = await call('PUT', '/v1/db/acme/orders/branches/run-1', {})
  expect(status).toBe(200)
  expect(body.data).toMatchObject({
    slug: 'orders-run-1',
    name: 'orders (run-1)',
    branchRef: 'run-1',
    forkedFrom: { slug: 'orders' },
    expiresAt: null,
  })
  const schema = async (database: string) =>
    (await call('GET', `/v1/db/acme/${database}/schema`)).body.data
      .map(({ sql }: { sql: string }) => sql)
      .toSorted()
  expect(await schema('orders.run-1')).toEqual(await schema('orders'))
  expect((await query('orders.run-1', 'select count(*) from customer')).body.data.rows).toEqual([[0]])
  await query('orders.run-1', `insert into customer (name) values ('Grace')`)
  expect((await query('orders.run-1', 'select n from log')).body.data.rows).toEqual([[1]])
  expect((await query('orders', 'select name from names')).body.data.rows).toEqual([['Ada']])
})

test.each([
  ['run-1', 'orders-run-1'],
  ['Feature/x_1', 'orders-Feature/x_1'],
  // With a dash, it would be the branch "42" of "orders-pr".
  ['pr.42', 'orders.pr.42'],
  ['a'.repeat(64), `orders-${'a'.repeat(64)}`],
])('finds the branch %s by all its addresses', async (ref, other) => {
  const { call, query } = await withParent()
  const segment = encodeURIComponent(ref)
  const { body } = await call('PUT', `/v1/db/acme/orders/branches/${segment}`, {})
  expect(body.data.slug).toMatch(/^[a-z0-9][a-z0-9-]{0,62}$/)
  await query(body.data.slug, 'create table here (a)')
  for (const address of [`orders.${segment}`, encodeURIComponent(other), body.data.slug]) {
    expect((await query(address, 'select * from here')).status).toBe(200)
  }
  expect((await call('GET', `/v1/db/acme/orders/branches/${segment}`)).body.data).toEqual(body.data)
  expect((await call('GET', '/v1/db/acme/orders/branches')).body.data).toEqual([body.data])
})

test('never lets an address of a branch that is gone stand for another one', async () => {
  const { call, query, batch } = await startServer()
  for (const slug of ['a', 'a-b']) await call('POST', '/v1/databases', { name: slug, slug })
  const put = async (parent: string, ref: string) =>
    (await call('PUT', `/v1/db/acme/${parent}/branches/${ref}`, {})).body.data.slug
  expect(await put('a-b', 'c')).toBe('a-b-c')
  const other = await put('a', 'b-c')
  expect(other).toMatch(/^a-b-c-[0-9a-f]{10}$/)
  const missing = async () => {
    const answers = [
      await query('a-b-c', 'create table t (x)'),
      await batch('a-b-c', [{ sql: 'create table t (x)' }]),
      await call('POST', '/v1/tokens', { name: 'x', database: 'a-b-c' }),
      await call('GET', '/v1/databases/a-b-c'),
      await call('DELETE', '/v1/databases/a-b-c'),
    ]
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404))
  }
  await call('DELETE', '/v1/db/acme/a-b/branches/c')
  await missing()
  expect(await put('a', 'b-c')).toBe(other)
  await call('DELETE', '/v1/db/acme/a/branches/b-c')
  // What it was called is kept for it.
  expect(await put('a', 'b-c')).toBe(other)
  await missing()
  const { status, body } = await call('POST', '/v1/databases', { name: 'x', slug: 'a-b-c' })
  expect([status, body.error]).toEqual([
    409,
    '"a-b-c" is an address of the branch "a-b.c", and stays one. Choose another slug.',
  ])
  expect(await put('a-b', 'c')).toBe('a-b-c')
})

test('never lets the slug of a database that is gone stand for a branch', async () => {
  const { call, query } = await startServer()
  for (const slug of ['a', 'a-b']) await call('POST', '/v1/databases', { name: slug, slug })
  await call('DELETE', '/v1/databases/a-b')
  const { body } = await call('PUT', '/v1/db/acme/a/branches/b', {})
  expect(body.data.slug).toMatch(/^a-b-[0-9a-f]{10}$/)
  expect((await query('a-b', 'select 1')).status).toBe(404)
  expect((await query('a.b', 'create table in_branch (x)')).status).toBe(200)
  // To make a database again by its slug is what its address meant.
  expect((await call('POST', '/v1/databases', { name: 'a-b', slug: 'a-b' })).status).toBe(200)
  expect((await call('GET', '/v1/db/acme/a-b/tables')).body.data).toEqual([])
})

test('takes a dash in an address with a dot for a part of the slug', async () => {
  const { call, query } = await startServer()
  await call('POST', '/v1/databases', { name: 'a', slug: 'a' })
  await call('PUT', '/v1/db/acme/a/branches/b.c', {})
  expect((await query('a-b.c', 'select 1')).status).toBe(404)
  await call('POST', '/v1/databases', { name: 'a-b', slug: 'a-b' })
  const { body } = await call('PUT', '/v1/db/acme/a-b/branches/c', {})
  expect((await call('GET', '/v1/databases/a-b.c')).body.data.id).toBe(body.data.id)
})

test('resets a branch to the schema that its parent has now', async () => {
  const { call, query, data } = await withParent()
  const first = await call('PUT', '/v1/db/acme/orders/branches/b', {})
  await query('orders.b', `insert into customer (name) values ('x')`)
  await query('orders', 'alter table customer add column age')
  const second = await call('PUT', '/v1/db/acme/orders/branches/b', {})
  expect(second.body.data.id).toBe(first.body.data.id)
  expect((await query('orders.b', 'select * from customer')).body.data).toMatchObject({
    columns: ['id', 'name', 'age'],
    rows: [],
  })
  expect(filesIn(data)).toBe(2)
})

test('starts a branch from another branch', async () => {
  const { call, query } = await withParent()
  await call('PUT', '/v1/db/acme/orders/branches/a', {})
  await query('orders.a', 'create table extra (x)')
  await call('PUT', '/v1/db/acme/orders/branches/b', { fromRef: 'a' })
  expect((await query('orders.b', 'select * from extra')).status).toBe(200)
  expect((await call('PUT', '/v1/db/acme/orders/branches/c', { fromRef: 'none' })).status).toBe(404)
  expect((await call('PUT', '/v1/db/acme/orders.a/branches/c', {})).status).toBe(400)
})

test('makes the database that a branch is to be of, as a query would', async () => {
  const { call, query, token } = await startServer()
  const claim = (database: string, body: object = {}, options = {}) =>
    call('POST', `/v1/db/acme/${database}/branches/claim`, body, options)
  const claimed = await claim('fresh', { role: 'admin' })
  expect([claimed.status, claimed.body.data.outcome]).toEqual([200, 'created'])
  const options = { token: claimed.body.data.token }
  expect((await query(claimed.body.data.databaseSlug, 'create table t (a)', [], options)).status).toBe(200)
  expect((await call('POST', '/v1/db/acme/fresh/branches/none/merge', { mode: 'schema' })).status).toBe(404)
  expect((await call('PUT', '/v1/db/acme/other/branches/b', {})).status).toBe(200)
  const made = ['fresh', 'other']
  const slugs = async () =>
    (await call('GET', '/v1/databases')).body.data.map(({ slug }: { slug: string }) => slug)
  expect(await slugs()).toEqual(made)

  // What a query would not make, or what is not valid, makes nothing.
  const bound = { token: await token({ database: 'fresh' }) }
  const writer = { token: await token({ role: 'readwrite' }) }
  expect((await claim('third', {}, bound)).status).toBe(403)
  expect((await claim('third', {}, writer)).status).toBe(403)
  expect((await claim('third', { ref: 'main' })).status).toBe(400)
  expect((await claim('third', { ttlSec: 1 })).status).toBe(400)
  expect((await claim('Third')).status).toBe(404)
  expect((await call('PUT', '/v1/db/acme/third/branches/b', { fromRef: 'x' })).status).toBe(404)
  expect((await call('PUT', '/v1/db/acme/third/branches/main', {})).status).toBe(400)
  expect((await call('GET', '/v1/db/acme/third/branches')).status).toBe(404)
  await call('DELETE', '/v1/databases/other')
  expect((await claim('other')).status).toBe(404)
  expect(await slugs()).toEqual(['fresh'])
  const strict = await startServer({ autoCreate: false })
  expect((await strict.call('POST', '/v1/db/acme/fresh/branches/claim', {})).status).toBe(404)
})

test('claims a branch with a token that reaches nothing else', async () => {
  const { claim, call, query } = await withParent()
  const claimed = await claim({ purpose: 'Fix the bug!', role: 'write' })
  expect(claimed).toEqual({
    branchRef: expect.stringMatching(/^fix-the-bug-[0-9a-f]{6}$/),
    token: expect.stringMatching(/^psql_live_/),
    expiresAt: '2026-03-01T13:00:00.000Z',
    namespaceSlug: 'acme',
    databaseSlug: `orders-${claimed.branchRef}`,
    outcome: 'created',
  })
  const options = { token: claimed.token }
  const insert = `insert into customer (name) values ('x')`
  expect((await query(claimed.databaseSlug, insert, [], options)).status).toBe(200)
  expect((await query(claimed.databaseSlug, 'create table t (a)', [], options)).status).toBe(403)
  for (const address of ['orders', 'other', 'orders.other']) {
    expect((await query(address, 'select 1', [], options)).status).toBe(403)
  }
  for (const [method, path, body] of [
    ['GET', '/v1/databases/orders'],
    ['POST', '/v1/databases', { name: 'x', slug: 'x' }],
    ['DELETE', `/v1/databases/${claimed.databaseSlug}`],
    ['GET', '/v1/tokens'],
    ['POST', '/v1/tokens', { name: 'x' }],
    ['GET', '/v1/usage'],
    ['POST', '/v1/db/acme/orders/branches/claim', {}],
  ] as const) {
    expect((await call(method, path, body, options)).status).toBe(403)
  }
  expect((await call('GET', '/v1/databases', undefined, options)).body.data).toEqual([])
})

test.each([
  ['read', 403, 403],
  ['write', 200, 403],
  ['admin', 200, 200],
])('claims for the role %s', async (role, insert, create) => {
  const { claim, query } = await withParent()
  const { token, databaseSlug } = await claim({ role })
  expect((await query(databaseSlug, 'select * from customer', [], { token })).status).toBe(200)
  expect((await query(databaseSlug, 'insert into log values (1)', [], { token })).status).toBe(insert)
  expect((await query(databaseSlug, 'create table t (a)', [], { token })).status).toBe(create)
})

test('ends a claimed branch and its token at the same moment, and sweeps its file', async () => {
  const { claim, query, clock, server, data } = await withParent()
  const { token, databaseSlug } = await claim({ ttlSec: 3600 })
  clock.now += HOUR - 1
  expect((await query(databaseSlug, 'select 1', [], { token })).status).toBe(200)
  clock.now += 1
  expect((await query(databaseSlug, 'select 1', [], { token })).status).toBe(401)
  expect((await query(databaseSlug, 'select 1')).status).toBe(404)
  expect(filesIn(data)).toBe(2)
  await server.sweep()
  expect(filesIn(data)).toBe(1)
  expect((await query(databaseSlug, 'select 1')).status).toBe(404)
})

test('resets a branch that is claimed again, and tells so', async () => {
  const { claim, query } = await withParent()
  const first = await claim({ ref: 'lease' })
  await query('orders.lease', 'insert into log values (1)', [], { token: first.token })
  const second = await claim({ ref: 'lease' })
  expect([first.outcome, second.outcome]).toEqual(['created', 'reset'])
  expect(second.databaseSlug).toBe(first.databaseSlug)
  // What is leased anew is the new holder's alone.
  expect((await query('orders.lease', 'select 1', [], { token: first.token })).status).toBe(401)
  const { body } = await query('orders.lease', 'select * from log', [], { token: second.token })
  expect(body.data.rows).toEqual([])
})

test('makes the token of a deleted branch useless', async () => {
  const { claim, call, query, data } = await withParent()
  const { token, branchRef, databaseSlug } = await claim()
  const deleted = await call('DELETE', `/v1/db/acme/orders/branches/${branchRef}`)
  expect(deleted.body.data).toEqual({ deleted: true })
  expect((await query(databaseSlug, 'select 1', [], { token })).status).toBe(401)
  expect((await query(databaseSlug, 'select 1')).status).toBe(404)
  expect(filesIn(data)).toBe(1)
})

test('deletes the branches of a deleted parent', async () => {
  const { claim, call, query, data } = await withParent()
  const { token, databaseSlug } = await claim()
  await call('DELETE', '/v1/databases/orders')
  expect((await query(databaseSlug, 'select 1', [], { token })).status).toBe(401)
  expect(filesIn(data)).toBe(0)
})

test('merges new and changed parts of a schema into the parent, which keeps its rows', async () => {
  const { call, query } = await withParent()
  await call('PUT', '/v1/db/acme/orders/branches/b', {})
  for (const sql of [
    'create table invoice (id integer primary key)',
    'alter table customer add column age integer default 7',
    `alter table customer add column kind text check (kind in ('a', 'b,c'))`,
    'drop view names',
    'create view names as select name, age from customer',
    'create index customer_age on customer (age)',
  ]) {
    expect((await query('orders.b', sql)).status).toBe(200)
  }
  const merged = await call('POST', '/v1/db/acme/orders/branches/b/merge', { mode: 'schema' })
  expect(merged.body.data).toMatchObject({ branchRef: 'b', mode: 'schema' })
  expect(merged.body.data.applied).toHaveLength(6)
  expect((await query('orders', 'select * from names')).body.data.rows).toEqual([['Ada', 7]])
  const again = await call('POST', '/v1/db/acme/orders/branches/b/merge', { mode: 'schema' })
  expect(again.body.data.applied).toEqual([])
  expect((await query('orders.b', 'select 1')).status).toBe(200)
})

test('refuses to merge what would rewrite rows, and changes nothing', async () => {
  const { call, query } = await withParent()
  await call('PUT', '/v1/db/acme/orders/branches/b', {})
  await query('orders.b', 'create table invoice (id integer primary key)')
  await query('orders.b', 'alter table customer rename column name to title')
  const { status, body } = await call('POST', '/v1/db/acme/orders/branches/b/merge', { mode: 'schema' })
  expect([status, body.error]).toEqual([409, expect.stringContaining('"customer"')])
  expect((await query('orders', 'select * from invoice')).status).toBe(400)
})

test("keeps the server's tables out of branches", async () => {
  const { call, query } = await withParent()
  await query('orders', 'insert into log values (1)', [], { headers: { 'idempotency-key': 'k' } })
  await call('PUT', '/v1/db/acme/orders/branches/b', {})
  const again = await query('orders.b', 'insert into log values (1)', [], {
    headers: { 'idempotency-key': 'k' },
  })
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, null])
})

test('leaves branches alone that are made while a sweep runs', async () => {
  const { claim, query, server } = await withParent()
  let isDone = false
  const sweeps = (async () => {
    while (!isDone) await server.sweep()
  })()
  for (let count = 0; count < 20; count++) {
    const { databaseSlug } = await claim()
    const inserted = await query(databaseSlug, `insert into customer (name) values ('x') returning id`)
    expect(inserted.body.data?.rows).toEqual([[1]])
  }
  isDone = true
  await sweeps
})

test('merges a branch whose deletion comes later, and deletes its file afterwards', async () => {
  const { call, query, data, server } = await withParent({ workers: { min: 2, max: 2 } })
  await call('PUT', '/v1/db/acme/orders/branches/b', {})
  await query('orders.b', 'create table made_in_branch (a)')
  const waiting = async (jobs: number) => {
    while (!(await call('GET', '/metrics')).body.includes(`\npersql_jobs ${jobs}\n`)) {}
  }
  // The merge waits for its turn in the parent, and the deletion does not.
  const busy = query(
    'orders',
    'with recursive n (i) as (select 1 union all select i + 1 from n where i < 3000000) select count(*) from n',
  )
  await waiting(1)
  const merge = call('POST', '/v1/db/acme/orders/branches/b/merge', { mode: 'schema' })
  await waiting(2)
  expect((await call('DELETE', '/v1/db/acme/orders/branches/b')).status).toBe(200)
  await server.sweep()
  await busy
  expect((await merge).body.data.applied).toEqual(['CREATE TABLE made_in_branch (a)'])
  expect((await call('POST', '/v1/db/acme/orders/branches/b/merge', { mode: 'schema' })).status).toBe(404)
  await server.sweep()
  expect(filesIn(data)).toBe(1)
})

test('leaves no file behind of what was merged, reset and deleted while workers were killed', async () => {
  const { call, server, data } = await withParent({ workers: { min: 2, max: 4 } })
  let isDone = false
  const killer = (async () => {
    for (let round = 0; !isDone; round++) {
      await call('GET', '/healthz')
      const { workers } = server
      const pid = workers[round % workers.length]
      if (pid !== undefined && round % 20 === 0) process.kill(pid, 'SIGKILL')
    }
  })()
  const branch = '/v1/db/acme/orders/branches'
  for (let round = 0; round < 30; round++) {
    await Promise.all([
      call('PUT', `${branch}/b`, {}),
      call('POST', `${branch}/b/merge`, { mode: 'schema' }),
      call('PUT', `${branch}/b`, {}),
      call('POST', `${branch}/b/merge`, { mode: 'schema' }),
      call('DELETE', `${branch}/b`),
    ])
  }
  isDone = true
  await killer
  await call('DELETE', `${branch}/b`)
  // What no worker could delete at once, a sweep does as soon as there is one.
  for (let files = 2; files > 1; files = filesIn(data)) await server.sweep()
  const [parent] = readdirSync(join(data, 'databases')).filter((name) => name.endsWith('.sqlite'))
  const others = readdirSync(join(data, 'databases')).filter((name) => !name.startsWith(String(parent)))
  expect(others).toEqual([])
})

test('sweeps what is left of databases that are gone, and nothing that it does not know', async () => {
  const { call, data, server } = await withParent()
  await call('PUT', '/v1/db/acme/orders/branches/b', {})
  const files = join(data, 'databases')
  const known = new Set(readdirSync(files))
  await call('POST', '/v1/databases', { name: 'x', slug: 'x' })
  await call('POST', '/v1/db/acme/x/query', { sql: 'create table t (a)' })
  const [gone = ''] = readdirSync(files).filter((name) => name.endsWith('.sqlite') && !known.has(name))
  await call('DELETE', '/v1/databases/x')
  await server.sweep()
  for (const name of [gone, `${gone}-wal`, `${gone}-shm`, 'data_unknown.sqlite', 'notes.txt']) {
    writeFileSync(join(files, name), '')
  }
  await server.sweep()
  const left = readdirSync(files).filter((name) => !known.has(name))
  expect(left.toSorted()).toEqual(['data_unknown.sqlite', 'notes.txt'])
})
