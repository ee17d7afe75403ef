import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { freePort } from '@persql/test-support/free-port'
import { startServerProcess } from '@persql/test-support/server-process'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { expect, onTestFinished, test } from 'vitest'
import { startServer } from './support/test-server.ts'

const BIN = join(import.meta.dirname, '..', 'src', 'bin.ts')
const BOMB = 'with recursive n (i) as (select 1 union all select i + 1 from n) select count(*) from n'
const TOKEN = 'psql_live_crash-test-token'
const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('answers 503 where a worker is killed in a statement, and goes on in another one', async () => {
  const { query, server } = await startServer({ workers: { min: 1, max: 1 } })
  await query('main', 'create table t (a)')
  await query('main', 'insert into t values (1)')
  const running = query('main', `insert into t ${BOMB}`)
  await delay(100)
  for (const pid of server.workers) process.kill(pid, 'SIGKILL')
  const { status, headers } = await running
  expect([status, headers.get('retry-after')]).toEqual([503, '1'])
  expect((await query('main', 'select a from t')).body.data.rows).toEqual([[1]])
})

test('replaces a worker that is killed while it is idle', async () => {
  const { query, server } = await startServer({ workers: { min: 1, max: 1 } })
  await query('main', 'create table t (a)')
  const [pid] = server.workers
  process.kill(pid as number, 'SIGKILL')
  // The request may meet the process in its last moment.
  let answer = await query('main', 'select a from t')
  while (answer.status === 503) answer = await query('main', 'select a from t')
  expect(answer.status).toBe(200)
  expect(server.workers).not.toContain(pid)
})

test('loses nothing acknowledged and applies nothing twice when workers are killed all the time', async () => {
  const { query, server } = await startServer({ workers: { min: 2, max: 4 } })
  await query('main', 'create table t (n)')
  let isDone = false
  const killer = (async () => {
    while (!isDone) {
      await delay(250)
      const [pid] = server.workers
      if (pid !== undefined) process.kill(pid, 'SIGKILL')
    }
  })()
  await appendAll(5, 60, (n) =>
    query('main', 'insert into t values (?)', [n], { headers: { 'idempotency-key': `n${n}` } }).then(
      ({ status }) => status === 200,
    ),
  )
  isDone = true
  await killer
  let answer = await query('main', 'select count(*), count(distinct n) from t')
  while (answer.status === 503) answer = await query('main', 'select count(*), count(distinct n) from t')
  expect(answer.body.data.rows).toEqual([[300, 300]])
})

test('loses nothing acknowledged and applies nothing twice when the whole server is killed', async () => {
  const data = temporaryFolder()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let server = await start(data, port)
  expect((await post(url, 'create table t (n)')).status).toBe(200)
  const acknowledged = new Set<number>()
  let isDone = false
  const killer = (async () => {
    for (let round = 0; round < 5 && !isDone; round++) {
      await delay(250 + 37 * round)
      server.kill('SIGKILL')
      await once(server, 'exit')
      const known = [...acknowledged]
      const { rows, records } = onDisk(data)
      expect(records).toBe(rows)
      server = await start(data, port)
      const answer = await post(url, 'select n from t')
      const kept = new Set(((await answer.json()) as { data: { rows: number[][] } }).data.rows.flat())
      expect(known.filter((n) => !kept.has(n))).toEqual([])
    }
  })()
  await appendAll(8, 100, async (n) => {
    const answer = await post(url, 'insert into t values (?)', [n], `n${n}`).catch(() => undefined)
    if (answer?.status !== 200) return false
    acknowledged.add(n)
    return true
  })
  isDone = true
  await killer
  const answer = await post(url, 'select count(*), count(distinct n) from t')
  expect(await answer.json()).toMatchObject({ data: { rows: [[800, 800]] } })
})

test('leaves no file of a branch behind that was being made when the server was killed', async () => {
  const data = temporaryFolder()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let server = await start(data, port)
  await post(url, 'create table t (n)')
  const files = () => readdirSync(join(data, 'databases')).map((name) => name.replace(/-(wal|shm)$/, ''))
  const claim = () =>
    fetch(`${url}/v1/db/local/main/branches/claim`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: '{"ttlSec":60}',
    }).catch(() => undefined)
  for (let round = 0; round < 2; round++) {
    const before = new Set(files()).size
    const claims = Array.from({ length: 10 }, claim)
    while (new Set(files()).size === before) await delay(1)
    server.kill('SIGKILL')
    await Promise.all(claims)
    server = await start(data, port)
  }
  const registry = new DatabaseSync(join(data, 'registry.sqlite'), { readOnly: true })
  const rows = registry.prepare('select file from databases where deleted_at is null').all()
  registry.close()
  const known = new Set(rows.map(({ file }) => file))
  // The start has begun a sweep.
  while (files().some((file) => !known.has(file))) await delay(20)
  expect(known.size).toBeGreaterThan(0)
})

test('leaves no worker behind when the server is killed, not even one that runs a statement', async () => {
  const data = temporaryFolder()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const first = await start(data, port)
  await post(url, 'create table t (n)')
  const running = post(url, `insert into t ${BOMB}`).catch(() => undefined)
  await delay(200)
  first.kill('SIGKILL')
  await running
  await start(data, port)
  // It would hold the lock for longer than is waited for.
  expect((await post(url, 'insert into t values (1)')).status).toBe(200)
})

test('finishes what runs when it is told to stop, and then ends', async () => {
  const data = temporaryFolder()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const server = await start(data, port)
  await post(url, 'create table t (n)')
  const slow = `insert into t with recursive n (i) as (select 1 union all select i + 1 from n where i < 1500000)
    select count(*) from n`
  const running = post(url, slow)
  await delay(100)
  server.kill('SIGTERM')
  expect((await running).status).toBe(200)
  const [code] = await once(server, 'exit')
  expect(code).toBe(0)
})

/** How many rows the table has, and how many keys are recorded, each of which has written one. */
function onDisk(data: string): { rows: number; records: number } {
  const folder = join(data, 'databases')
  const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.sqlite'))
  const database = new DatabaseSync(join(folder, file), { timeout: 5000 })
  const counts =
    'select (select count(*) from t) as rows, (select count(*) from sqlite_persql_idempotency_2) as records'
  const found = database.prepare(counts).get()
  database.close()
  return found as { rows: number; records: number }
}

/** Appends numbers from several clients at once, each until it is acknowledged. */
async function appendAll(clients: number, each: number, append: (n: number) => Promise<boolean>) {
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (let count = 0; count < each; count++) {
        while (!(await append(client * each + count))) await delay(20)
      }
    }),
  )
}

async function start(data: string, port: number): Promise<ChildProcess> {
  const { child } = await startServerProcess(BIN, { data, port, env: { PERSQL_ADMIN_TOKEN: TOKEN } })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

function post(url: string, sql: string, params: unknown[] = [], key?: string): Promise<Response> {
  return fetch(`${url}/v1/db/local/main/query`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/json',
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    body: JSON.stringify({ sql, params }),
  })
}
