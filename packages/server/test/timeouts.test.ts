import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { expect, test } from 'vitest'
import { startServer, type TestServer } from './support/test-server.ts'

const BOMB = 'with recursive n (i) as (select 1 union all select i + 1 from n) select count(*) from n'

/** Waits until so many workers run something. */
async function busy(call: TestServer['call'], workers: number): Promise<void> {
  const line = `\npersql_workers_busy ${workers}\n`
  while (!(await call('GET', '/metrics')).body.includes(line)) {}
}

test('stops a statement that runs too long, and answers the next one for the same database', async () => {
  const { query } = await startServer({ limits: { statementMs: 1500 } })
  const [stopped, next] = await Promise.all([query('main', BOMB), query('main', 'select 1')])
  expect(stopped.status).toBe(504)
  expect(stopped.body).toEqual({
    success: false,
    error: 'The statement was stopped: it ran longer than 1.5 s.',
    errorDetail: { kind: 'timeout', message: 'The statement was stopped: it ran longer than 1.5 s.' },
  })
  expect(next.body.data.rows).toEqual([[1]])
})

test('undoes the transaction of a statement that it stops', async () => {
  const { batch, query } = await startServer({ limits: { statementMs: 1500 } })
  await query('main', 'create table t (a)')
  const statements = [{ sql: 'insert into t values (1)' }, { sql: BOMB }]
  const key = { headers: { 'idempotency-key': 'k' } }
  expect((await batch('main', statements, { transaction: true }, key)).status).toBe(504)
  expect((await query('main', 'select * from t')).body.data.rows).toEqual([])
})

test.each([
  ['a write', `insert into t ${BOMB}`],
  ['a join', 'select count(*) from t a, t b, t c, t d, t e, t f'],
  [
    'one call of a function',
    // Compares a long text with another one that differs at its end, from each place of it.
    `select instr(hex(zeroblob(2000000)), hex(zeroblob(1000000)) || '1')`,
  ],
])('stops %s', async (_, sql) => {
  const { query } = await startServer({ limits: { statementMs: 1500 } })
  await query('main', 'create table t (a)')
  await query('main', 'insert into t select value from json_each(?)', [JSON.stringify(Array(200).fill(1))])
  expect((await query('main', sql)).status).toBe(504)
})

test('answers all other databases while statements run in as many as there are processes, but one', async () => {
  const { query, call } = await startServer({
    limits: { statementMs: 5000 },
    workers: { min: 1, max: 4 },
  })
  for (const database of ['a', 'b', 'c', 'd']) await query(database, 'create table t (x)')
  let stopped = 0
  const bombs = ['a', 'b', 'c'].map((database) =>
    query(database, BOMB).finally(() => {
      stopped += 1
    }),
  )
  await busy(call, 3)
  for (let round = 0; round < 20; round++) {
    expect((await query('d', 'insert into t values (1)')).status).toBe(200)
  }
  expect((await call('GET', '/healthz')).status).toBe(200)
  expect(stopped).toBe(0)
  expect((await Promise.all(bombs)).map(({ status }) => status)).toEqual([504, 504, 504])
})

test('refuses requests for a database for which too many wait', async () => {
  const { call, query } = await startServer({ limits: { statementMs: 8000, queue: 2 } })
  await query('main', 'select 1')
  const bomb = query('main', BOMB)
  await busy(call, 1)
  const answers = await Promise.all(Array.from({ length: 4 }, () => query('main', 'select 1')))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 503, 503])
  expect(answers.find(({ status }) => status === 503)?.headers.get('retry-after')).toBe('1')
  expect((await bomb).status).toBe(504)
})

test('limits what a result may hold, without ending the process', async () => {
  const { query, server } = await startServer({ limits: { resultBytes: 100_000, resultRows: 1000 } })
  const before = server.workers
  for (const sql of [
    'with recursive n (i) as (select 1 union all select i + 1 from n) select i from n',
    'select hex(zeroblob(100000))',
    'select zeroblob(100000)',
  ]) {
    const { status, body } = await query('main', sql)
    expect([status, body.errorDetail.kind]).toEqual([413, 'too_large'])
  }
  expect(server.workers).toEqual(before)
})

const COUNT = 'with recursive n (i) as (select 1 union all select i + 1 from n limit ?) select i from n'

test('limits a result that was small before and is too large now, without ending the process', async () => {
  const { query, server } = await startServer({ limits: { resultRows: 1000 } })
  const before = server.workers
  for (const [limit, status] of [
    [3, 200],
    [3, 200],
    [20_000, 413],
    [1000, 200],
    [1001, 413],
    [3, 200],
  ]) {
    expect((await query('main', COUNT, [limit])).status).toBe(status)
  }
  await query('main', 'create table t (a)')
  const insert = `insert into t ${COUNT} returning a`
  for (const limit of [3, 3, 20_000]) await query('main', insert, [limit])
  expect((await query('main', 'select count(*) from t')).body.data.rows).toEqual([[6]])
  expect(server.workers).toEqual(before)
})

test.runIf(process.platform === 'linux')(
  'stops a result that was small before and is endless now, and answers all others meanwhile',
  async () => {
    const { query } = await startServer({
      limits: { memoryBytes: 300 * 1024 * 1024 },
      workers: { min: 2, max: 2 },
    })
    for (let round = 0; round < 2; round++) expect((await query('main', COUNT, [3])).status).toBe(200)
    let isDone = false
    const endless = query('main', COUNT, [-1]).finally(() => {
      isDone = true
    })
    let others = 0
    for (; !isDone; others++) expect((await query('other', COUNT, [3])).status).toBe(200)
    const { status, body } = await endless
    expect([status, body.errorDetail.kind]).toEqual([504, 'timeout'])
    expect(others).toBeGreaterThan(1)
    expect((await query('main', COUNT, [3])).status).toBe(200)
  },
)

test('limits the size of a database, and takes no more of the disk for a change that is too large', async () => {
  const { query, data } = await startServer({ limits: { databaseBytes: 1024 * 1024 } })
  await query('main', 'create table t (a)')
  const { status, headers, body } = await query('main', `insert into t ${COUNT}`, [-1])
  expect([status, body.errorDetail.kind, headers.get('retry-after')]).toEqual([507, 'disk_full', null])
  expect((await query('main', 'select count(*) from t')).body.data.rows).toEqual([[0]])
  expect((await query('main', 'insert into t values (1)')).status).toBe(200)
  const folder = join(data, 'databases')
  const sizes = readdirSync(folder).map((file) => statSync(join(folder, file)).size)
  expect(Math.max(...sizes)).toBeLessThan(4 * 1024 * 1024)
})

test('limits the memory of a statement', async () => {
  const { query } = await startServer({ limits: { memoryBytes: 300 * 1024 * 1024 } })
  const columns = Array.from({ length: 500 }, () => 'hex(randomblob(20000000))').join(', ')
  const { status, body } = await query('main', `select ${columns}`)
  expect([status, body.error]).toEqual([
    504,
    'The statement was stopped: it needed more memory than the limit.',
  ])
  expect((await query('main', 'select 1')).status).toBe(200)
})

test.runIf(process.platform === 'linux')('limits the temporary files of a statement', async () => {
  const data = temporaryFolder()
  const adminToken = 'the-admin-token-of-this-test'
  await (await startServer({ data, adminToken })).server.close()
  writeFileSync(join(data, 'temporary', 'left behind'), '')
  const limits = { temporaryBytes: 32 * 1024 * 1024 }
  const { query, token } = await startServer({ data, adminToken, limits })
  const readonly = await token({ role: 'readonly' })
  await query('main', 'create table t (a)')
  const sort = `with recursive n (i) as (select 1 union all select i + 1 from n limit ?)
    select max(place) from (select row_number() over (order by randomblob(500)) as place from n)`
  expect((await query('main', sort, [10_000], { token: readonly })).body.data.rows).toEqual([[10_000]])
  const { status, body } = await query('main', sort, [10_000_000], { token: readonly })
  expect([status, body.error]).toEqual([
    504,
    'The statement was stopped: its temporary files grew larger than the limit.',
  ])
  expect((await query('main', sort, [10_000], { token: readonly })).body.data.rows).toEqual([[10_000]])
  expect(readdirSync(join(data, 'temporary'))).toEqual([])
})
