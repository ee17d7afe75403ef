import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { startServer } from './support/test-server.ts'

const HOUR = 3_600_000
const keyed = (key: string, token?: string) => ({ headers: { 'idempotency-key': key }, token })

async function withTable() {
  const started = await startServer()
  await started.query('main', 'create table t (a)')
  const rows = async () => (await started.query('main', 'select a from t')).body.data.rows
  return { ...started, rows }
}

test('answers a second request with the same key with the first answer, and runs it once', async () => {
  const { query, rows } = await withTable()
  const first = await query('main', 'insert into t values (?) returning a', ['x'], keyed('k'))
  const second = await query('main', 'insert into t values (?) returning a', ['x'], keyed('k'))
  expect(second.body).toEqual(first.body)
  expect(first.headers.get('idempotency-replayed')).toBe(null)
  expect(second.headers.get('idempotency-replayed')).toBe('true')
  expect(await rows()).toEqual([['x']])
})

test('runs once what arrives many times at the same moment', async () => {
  const { batch, rows } = await withTable()
  const send = () => batch('main', [{ sql: 'insert into t values (1)' }], { transaction: true }, keyed('k'))
  const answers = await Promise.all(Array.from({ length: 20 }, send))
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
  expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1)
  expect(await rows()).toEqual([[1]])
})

test('refuses the same key with another body', async () => {
  const { query, batch, rows } = await withTable()
  await query('main', 'insert into t values (?)', [1], keyed('k'))
  expect((await query('main', 'insert into t values (?)', [2], keyed('k'))).status).toBe(409)
  expect((await query('main', 'select 1', [], keyed('k'))).status).toBe(409)
  expect((await batch('main', [{ sql: 'insert into t values (1)' }], {}, keyed('k'))).status).toBe(409)
  expect(await rows()).toEqual([[1]])
})

test('keeps keys of different tokens and databases apart', async () => {
  const { query, rows, token } = await withTable()
  const other = await token({ role: 'readwrite' })
  await query('other', 'create table t (a)')
  for (const [database, options] of [
    ['main', keyed('k')],
    ['main', keyed('k', other)],
    ['other', keyed('k')],
  ] as const) {
    const answer = await query(database, 'insert into t values (1)', [], options)
    expect([answer.status, answer.headers.get('idempotency-replayed')]).toEqual([200, null])
  }
  expect(await rows()).toEqual([[1], [1]])
})

test('forgets keys after 24 hours, and their records with the writes that follow', async () => {
  const { query, rows, clock, call } = await withTable()
  await query('main', 'insert into t values (1)', [], keyed('k'))
  clock.now += 24 * HOUR - 1
  await query('main', 'insert into t values (1)', [], keyed('k'))
  expect(await rows()).toEqual([[1]])
  clock.now += 1
  await query('main', 'insert into t values (1)', [], keyed('k'))
  expect(await rows()).toEqual([[1], [1]])
  expect((await call('GET', '/v1/db/acme/main/tables')).body.data).toEqual([{ name: 't', rowCount: 2 }])
})

test('has no records that are out of date once as many writes have followed', async () => {
  const { query, clock, data } = await withTable()
  const write = (key: string) => query('main', 'insert into t values (1)', [], keyed(key))
  for (let count = 0; count < 50; count++) await write(`old ${count}`)
  clock.now += 24 * HOUR
  for (let count = 0; count < 50; count++) await write(`new ${count}`)
  const [file = ''] = readdirSync(join(data, 'databases')).filter((name) => name.endsWith('.sqlite'))
  const database = new DatabaseSync(join(data, 'databases', file), { readOnly: true })
  const records = database.prepare('select count(*) as count from sqlite_persql_idempotency_2').get()
  database.close()
  expect(records).toEqual({ count: 50 })
})

test('runs a failed request again', async () => {
  const { query, rows } = await withTable()
  await query('main', 'create unique index u on t (a)')
  await query('main', 'insert into t values (1)')
  expect((await query('main', 'insert into t values (1)', [], keyed('k'))).status).toBe(400)
  await query('main', 'delete from t')
  expect((await query('main', 'insert into t values (1)', [], keyed('k'))).status).toBe(200)
  expect(await rows()).toEqual([[1]])
})

test('answers with the first failure where what came before it stays', async () => {
  const { batch, query, rows } = await withTable()
  const statements = [{ sql: 'insert into t values (1)' }, { sql: 'select * from missing' }]
  const first = await batch('main', statements, {}, keyed('k'))
  expect([first.status, first.body.errorDetail.kind]).toEqual([400, 'unknown_table'])
  await query('main', 'create table missing (a)')
  const second = await batch('main', statements, {}, keyed('k'))
  expect([second.status, second.body]).toEqual([first.status, first.body])
  expect(second.headers.get('idempotency-replayed')).toBe('true')
  expect(await rows()).toEqual([[1]])
})

test('records nothing for statements that only read', async () => {
  const { query } = await withTable()
  expect((await query('main', 'select count(*) from t', [], keyed('k'))).body.data.rows).toEqual([[0]])
  await query('main', 'insert into t values (1)')
  const again = await query('main', 'select count(*) from t', [], keyed('k'))
  expect([again.body.data.rows, again.headers.get('idempotency-replayed')]).toEqual([[[1]], null])
})

test('replays a step of a plan', async () => {
  const { query, rows } = await withTable()
  const step = { headers: { 'plan-key': 'p', 'plan-step': '1' } }
  await query('main', 'insert into t values (1)', [], step)
  const again = await query('main', 'insert into t values (1)', [], step)
  expect(again.headers.get('plan-replayed')).toBe('true')
  await query('main', 'insert into t values (2)', [], { headers: { 'plan-key': 'p', 'plan-step': '2' } })
  expect(await rows()).toEqual([[1], [2]])
})

test('takes schema changes under a key', async () => {
  const { batch } = await startServer()
  const send = () => batch('main', [{ sql: 'create table t (a)' }], { transaction: true }, keyed('k'))
  const first = await send()
  expect([first.status, (await send()).body]).toEqual([200, first.body])
})
