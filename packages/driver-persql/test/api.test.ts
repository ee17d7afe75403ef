import { type Fetch, PerSQL } from '@persql/sdk'
import { requestsOf } from '@persql/test-support/count-requests'
import { expect, test } from 'vitest'
import { persqlDriver } from '../src/index.ts'
import { remote } from './support/remote.ts'

const { client } = await remote()
const impatient = await remote({ limits: { statementMs: 500 } })
const persql = client()

test('creates, lists, gets and deletes databases', async () => {
  const created = await persql.databases.create('Run 7', { ttlDays: 0.5 })
  expect(created).toMatchObject({ slug: 'run-7', name: 'Run 7', expiresAt: expect.any(String) })
  await expect(persql.databases.create('Run 7')).rejects.toMatchObject({ status: 409 })
  expect((await persql.databases.list()).map(({ slug }) => slug)).toContain('run-7')
  expect(await persql.databases.get('run-7')).toEqual(created)
  expect(await persql.databases.delete('run-7')).toEqual({ deleted: true })
  await expect(persql.databases.get('run-7')).rejects.toMatchObject({ status: 404 })
  await expect(persql.database('acme/run-7').query('select 1')).rejects.toMatchObject({ status: 404 })
})

test('answers as local mode does', async () => {
  await using local = new PerSQL({ local: ':memory:' })
  const here = local.database('acme/same')
  const there = persql.database('acme/same')
  for (const database of [here, there]) {
    await database.batch([
      { sql: 'create table t (id integer primary key, value, name text not null default 0 unique)' },
      { sql: 'create table c (t_id integer references t (id) on delete cascade)' },
      { sql: 'create index c_t on c (t_id)' },
      { sql: 'create index c_a on c (t_id, t_id + 1)' },
      { sql: 'create virtual table f using fts5 (x)' },
      { sql: 'create table f_more (x)' },
      { sql: 'create unique index f_more_x on f_more (lower(x))' },
      { sql: 'create trigger f_t after insert on f_more begin insert into f values (new.x); end' },
      { sql: 'create view v as select id from t' },
    ])
  }
  const both = async <Result>(call: (database: typeof there) => Promise<Result>) => {
    const settled = await Promise.allSettled([call(here), call(there)])
    const [first, second] = settled.map((one) => (one.status === 'fulfilled' ? one.value : told(one.reason)))
    expect(second).toEqual(first)
    return first
  }
  const told = ({
    name,
    code,
    status,
    detail,
  }: {
    name: string
    code: string
    status: number
    detail: object
  }) => ({
    name,
    code,
    status,
    // What to do about it is told only by servers, and in other words where the engine is not SQLite itself.
    detail: { ...detail, message: undefined, hint: undefined },
  })
  const rowsOf =
    (sql: string, params?: Parameters<typeof there.query>[1]) => async (database: typeof there) => {
      const { columns, rows, data, changes, lastInsertRowid } = await database.query(sql, params)
      return { columns, rows, data, changes, lastInsertRowid }
    }
  await both(
    rowsOf('insert into t (value, name) values (?, ?), (?, ?)', [new Uint8Array([1]), 'a', 2n ** 60n, 'b']),
  )
  await both(rowsOf('select * from t order by id'))
  await both(rowsOf('update t set value = ? where id = 2', [true]))
  await both(rowsOf('select typeof(value) as type, value from t'))
  await both(rowsOf('insert into t (name) values (?)', ['a']))
  await both(rowsOf('select * from missing'))
  await both(rowsOf('select * from "also missing"'))
  await both(rowsOf('select "not there" from t'))
  await both(rowsOf('insert into t (missing) values (1)'))
  await both(rowsOf('insert into f_more values (?)', ['x']))
  await both(rowsOf('insert into f_more values (?)', ['X']))
  await both((database) => database.batch([{ sql: 'select 1' }, { sql: 'select * from missing' }]))
  await both(rowsOf('selec 1'))
  await both(rowsOf('select ?'))
  await both(rowsOf('select 1', [1]))
  await both(rowsOf('select 1; select 2'))
  await both(rowsOf('begin'))
  await both(rowsOf('select zeroblob(2000000000)'))
  await both(rowsOf('select * from f where f match ?', ['missing:x']))
  await both((database) => database.query('insert into f_more values (1)', [], { readOnly: true }))
  await both((database) => database.tables())
  await both((database) => database.describe())
  await both((database) => database.schema())
  await both((database) => database.explain('select * from t where id = ?', [1]))
  await both((database) => database.validate('select * from t'))
  await both(async (database) => (await database.validate('select * from missing')).errorDetail?.kind)
})

test('gives the price of a call', async () => {
  const { meta } = await persql.database('acme/priced').query('select 1')
  expect(meta).toMatchObject({
    statementCount: 1,
    costUsd: expect.any(Number),
    durationMs: expect.any(Number),
  })
})

test('answers the same idempotency key once, and refuses it with another body', async () => {
  const database = persql.database('acme/once')
  await database.query('create table t (x)')
  const insert = (x: number) => database.query('insert into t values (?)', [x], { idempotencyKey: 'order 7' })
  const first = await insert(1)
  expect(await insert(1)).toMatchObject({ rowsWritten: first.rowsWritten, lastInsertRowid: 1 })
  await expect(insert(2)).rejects.toMatchObject({ status: 409 })
  expect(await database.tables()).toEqual([{ name: 't', rowCount: 1 }])
})

test('runs each step of a plan once, also when the first answer to it is lost', async () => {
  let lost = 0
  const fetch: Fetch = async (...args) => {
    const response = await globalThis.fetch(...args)
    if (lost-- > 0) throw new TypeError('fetch failed')
    return response
  }
  const database = client({ fetch }).database('acme/plan')
  await database.query('create table t (x)')
  const insert = (planStep: string) =>
    database.query('insert into t values (1)', [], { planKey: 'plan', planStep })
  lost = 1
  expect((await insert('1')).lastInsertRowid).toBe(1)
  expect((await insert('1')).lastInsertRowid).toBe(1)
  expect((await insert('2')).lastInsertRowid).toBe(2)
  const statements = [{ sql: 'insert into t values (1)' }]
  for (let times = 0; times < 2; times++) {
    await database.batch(statements, { planKey: 'plan', planStep: '3' })
  }
  expect(await database.tables()).toEqual([{ name: 't', rowCount: 3 }])
})

test('leaves open whether a write was applied that the server stopped, and does not repeat it', async () => {
  const database = impatient.client().database('acme/slow')
  await database.query('create table t (x)')
  const sql = `with recursive n (i) as (select 1 union all select i + 1 from n)
    insert into t select max(i) from n`
  const requests = await requestsOf(async () => {
    const stopped = { code: 'api', status: 504, detail: { kind: 'timeout' } }
    await expect(database.query(sql)).rejects.toMatchObject(stopped)
  })
  expect(requests).toBe(1)
  await expect(persqlDriver(database).batch([{ sql }])).rejects.toMatchObject({ code: 'UNAVAILABLE' })
})

test('upserts, lists, gets, merges and deletes branches', async () => {
  const parent = persql.database('acme/parent')
  await parent.query('create table t (x)')
  const branch = await parent.branches.upsert('feat/x', { expiresAt: new Date(Date.now() + 86_400_000) })
  expect(branch).toMatchObject({ branchRef: 'feat/x', forkedFrom: { slug: 'parent' } })
  const child = persql.database('acme', branch.slug)
  await child.query('alter table t add column y')
  await persql.database('acme', 'parent.feat/x').query('insert into t values (1, 2)')
  expect(await child.tables()).toEqual([{ name: 't', rowCount: 1 }])
  expect((await parent.branches.list()).map(({ branchRef }) => branchRef)).toEqual(['feat/x'])
  expect((await parent.branches.get('feat/x')).slug).toBe(branch.slug)
  expect(await parent.branches.merge('feat/x', { mode: 'schema' })).toMatchObject({ branchRef: 'feat/x' })
  expect((await parent.query('select x, y from t')).rows).toEqual([])
  await parent.branches.delete('feat/x')
  await expect(child.query('select 1')).rejects.toMatchObject({ status: 404 })
})

test('makes tokens that may do less, and revokes them', async () => {
  await persql.database('acme/scoped').batch([{ sql: 'create table a (x)' }, { sql: 'create table b (x)' }])
  const { id, token, role } = await persql.tokens.create('ci', {
    role: 'readonly',
    tableScope: ['a'],
    database: 'scoped',
    ttlSec: 3600,
  })
  expect(role).toBe('readonly')
  const scoped = client({ token }).database('acme/scoped')
  expect((await scoped.query('select * from a')).rows).toEqual([])
  for (const sql of ['select * from b', 'insert into a values (1)', 'create table c (x)']) {
    await expect(scoped.query(sql)).rejects.toMatchObject({ status: 403, code: 'api' })
  }
  expect((await persql.tokens.list()).map((one) => one.id)).toContain(id)
  expect(JSON.stringify(await persql.tokens.list())).not.toContain(token)
  await persql.tokens.revoke(id)
  await expect(scoped.query('select * from a')).rejects.toMatchObject({ status: 401 })
})

test('tells the usage of a database, and whose token it is', async () => {
  await persql.database('acme/metered').query('select 1')
  const rows = await persql.usage({ database: 'metered' })
  expect(rows).toMatchObject([
    { database: 'metered', requests: 1, day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) },
  ])
  expect(await persql.usage({ from: '2020-01-01', to: '2020-01-02' })).toEqual([])
  expect(await persql.me()).toMatchObject({ namespaceSlug: 'acme', role: 'admin' })
})
