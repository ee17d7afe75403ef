import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { startProcess } from '@persql/test-support/start-process'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { expect, onTestFinished, test } from 'vitest'
import { CAN_MOUNT, smallDisk } from './support/small-disk.ts'
import { startServer, type TestServer } from './support/test-server.ts'

const BIN = join(import.meta.dirname, '..', 'src', 'bin.ts')
const BOMB = 'with recursive n (i) as (select 1 union all select i + 1 from n) select count(*) from n'
const MB = 1024 * 1024

/** Waits until a line is in the metrics. */
async function measured(call: TestServer['call'], line: RegExp): Promise<void> {
  while (!line.test((await call('GET', '/metrics')).body)) {}
}

/** A connection that reads nothing until it is told to. */
async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').pause()
  socket.on('error', () => {})
  onTestFinished(() => {
    socket.destroy()
  })
  await once(socket, 'connect')
  return socket
}

async function closed(socket: Socket): Promise<void> {
  socket.resume()
  if (!socket.closed) await once(socket, 'close')
}

function post(path: string, token: string, body: string, length = body.length): string {
  return `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`
}

async function answerOf(socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', (piece) => {
    text += piece
  })
  await closed(socket)
  return text
}

/** Runs a module in a process of its own that may open so many files. */
function runWithOpenFiles(most: number, module: string, args: readonly string[] = []) {
  const command = `ulimit -n ${most}; exec "$@"`
  const running = startProcess('sh', ['-c', command, 'sh', process.execPath, module, ...args])
  onTestFinished(() => running.stop('SIGKILL'))
  return running
}

test.skipIf(process.platform === 'win32')(
  'idle connections leave descriptors for the processes of busy databases',
  async () => {
    const { printed } = runWithOpenFiles(200, BIN, ['--data', temporaryFolder(), '--port', '0', '--quiet'])
    const [, url = '', token = ''] = await printed(/on (http:\S+), ref[\s\S]+only now: (\S+)\n/)
    const port = Number(new URL(url).port)
    await Promise.all(Array.from({ length: 300 }, () => open(port)))
    const query = async (database: string, sql: string) => {
      const response = await fetch(`${url}/v1/db/local/${database}/query`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ sql }),
      })
      return response.status
    }
    const slow =
      'with recursive n (i) as (select 1 union all select i + 1 from n limit 1000000) select count(*) from n'
    const databases = ['a', 'b', 'c', 'd']
    expect(await Promise.all(databases.map((name) => query(name, slow)))).toEqual([200, 200, 200, 200])
    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toMatch(/\npersql_connections_closed_idle_total [1-9]/)
  },
)

test.skipIf(process.platform === 'win32')('does not start where it may open too few files', async () => {
  const running = runWithOpenFiles(100, BIN, ['--data', temporaryFolder(), '--port', '0'])
  expect([await running.ended, running.output]).toEqual([
    1,
    'persql-server: This process may open 100 files; the server needs more. Raise the limit (ulimit -n).\n',
  ])
})

test.skipIf(process.platform === 'win32')(
  'starts a process later where there is no descriptor for it, and its job waits',
  async () => {
    const running = runWithOpenFiles(100, join(import.meta.dirname, 'support', 'exhausted-pool.ts'))
    expect([await running.ended, running.output]).toEqual([0, '[[[3000000]],[[2]]]\n'])
  },
)

test('closes the connection that has been idle longest for a new one, and none that has a request', async () => {
  const { server, admin } = await startServer({ limits: { connections: 3, statementMs: 1500 } })
  const { port } = server.address
  const busy = await open(port)
  busy.write(post('/v1/db/acme/main/query', admin, JSON.stringify({ sql: BOMB })))
  const answer = answerOf(busy)
  const first = await open(port)
  const second = await open(port)
  await closed(first)
  await open(port)
  await closed(second)
  busy.once('data', () => busy.end())
  expect(await answer).toMatch(/^HTTP\/1\.1 504 /)
})

test('takes no new connection while all have a request', async () => {
  const { server, admin } = await startServer({ limits: { connections: 1, statementMs: 1500 } })
  const busy = await open(server.address.port)
  busy.write(post('/v1/db/acme/main/query', admin, JSON.stringify({ sql: BOMB })))
  const refused = await open(server.address.port)
  expect(await answerOf(refused)).toBe('')
  busy.once('data', () => busy.end())
  expect(await answerOf(busy)).toMatch(/^HTTP\/1\.1 504 /)
})

test('what waits for its turn leaves with its connection, and is refused once its token is revoked', async () => {
  const { call, query, server, admin } = await startServer({
    limits: { statementMs: 3000, queue: 4 },
    workers: { min: 1, max: 1 },
  })
  await query('main', 'create table t (a)')
  const { token, id } = (await call('POST', '/v1/tokens', { name: 'x', role: 'readwrite' })).body.data
  const bomb = query('main', BOMB)
  await measured(call, /\npersql_jobs 1\n/)
  const insert = JSON.stringify({ sql: 'insert into t values (1)' })
  const abandoned = await open(server.address.port)
  // One connection may ask for several things at once.
  abandoned.write(post('/v1/db/acme/main/query', admin, insert).repeat(4))
  await measured(call, /\npersql_jobs 5\n/)
  expect((await query('main', 'select 1')).status).toBe(503)
  abandoned.destroy()
  await measured(call, /\npersql_jobs 1\n/)
  const revoked = Array.from({ length: 4 }, () =>
    query('main', 'insert into t values (2)', undefined, { token }),
  )
  await measured(call, /\npersql_jobs 5\n/)
  await call('DELETE', `/v1/tokens/${id}`)
  expect((await bomb).status).toBe(504)
  expect((await Promise.all(revoked)).map(({ status, body }) => [status, body.error])).toEqual(
    Array(4).fill([401, 'The token is unknown, revoked or expired']),
  )
  expect((await query('main', 'select * from t')).body.data.rows).toEqual([])
})

test('a request that waits too long for its turn is refused before it runs', async () => {
  const { call, query } = await startServer({ limits: { statementMs: 1000 }, workers: { min: 1, max: 1 } })
  const bombs = [query('main', BOMB), query('main', BOMB)]
  await measured(call, /\npersql_jobs 2\n/)
  const late = await query('main', 'create table t (a)')
  expect([late.status, late.body.error, late.headers.get('retry-after')]).toEqual([
    503,
    'The request waited too long for its turn. It was not run.',
    '1',
  ])
  await Promise.all(bombs)
  expect((await query('main', 'select * from sqlite_schema')).body.data.rows).toEqual([])
})

test('answers that nobody reads are bounded, and others are answered meanwhile', async () => {
  const { call, query, server, admin } = await startServer({
    limits: { bodyBytes: 16 * MB, resultBytes: 16 * MB, heldBytes: 24 * MB },
  })
  const sql = 'select hex(zeroblob(?))'
  const body = JSON.stringify({ sql, params: [6 * MB] })
  const silent = await Promise.all(Array.from({ length: 6 }, () => open(server.address.port)))
  for (const socket of silent) socket.write(post('/v1/db/acme/main/query', admin, body))
  await measured(call, /\npersql_connections_closed_unread_total [1-9]/)
  const { status, body: answer } = await query('main', sql, [6 * MB])
  expect([status, answer.data.rows[0][0].length]).toEqual([200, 12 * MB])
  expect((await call('GET', '/metrics')).body).toMatch(/\npersql_connections_refused_total 0\n/)
})

test('bodies that are under way are bounded together, and what ends gives its room back', async () => {
  const { call, server, admin } = await startServer({
    limits: { bodyBytes: 8 * MB, resultBytes: 8 * MB, heldBytes: 8 * MB },
  })
  const first = await open(server.address.port)
  first.write(post('/v1/db/acme/main/query', admin, ' '.repeat(5 * MB), 6 * MB))
  await measured(call, new RegExp(`\npersql_request_bytes ${5 * MB}\n`))
  const second = await open(server.address.port)
  second.write(post('/v1/db/acme/main/query', admin, ' '.repeat(5 * MB), 6 * MB))
  expect(await answerOf(second)).toMatch(/^HTTP\/1\.1 503 [\s\S]+Too many large requests are under way/)
  first.destroy()
  await measured(call, /\npersql_request_bytes 0\n/)
})

test('a log that throws or rejects is counted, and requests are answered', async () => {
  const sinks = [
    () => {
      throw new Error('full')
    },
    async () => {
      throw new Error('full')
    },
  ]
  for (const log of sinks) {
    const { call, query } = await startServer({ log })
    expect((await query('main', 'select 1')).status).toBe(200)
    expect((await query('main', 'selec')).status).toBe(400)
    await measured(call, /\npersql_log_entries_lost_total [3-9]/)
  }
})

/** Runs the binary with its log going where it is told. */
async function startBin(stdout: 'unread' | number) {
  const server = startProcess(process.execPath, [BIN, '--data', temporaryFolder(), '--port', '0'], { stdout })
  onTestFinished(() => server.stop('SIGKILL'))
  const [, url = ''] = await server.printed(/on (http:\S+),[\s\S]+only now/)
  const get = async (path: string) => (await fetch(url + path)).text()
  return { child: server.child, get, stop: () => server.stop().then(() => server.ended) }
}

test('goes on where the reader of its log has gone, and counts the lines', async () => {
  const { child, get, stop } = await startBin('unread')
  child.stdout?.destroy()
  await get('/healthz')
  while (!/\npersql_log_entries_lost_total [1-9]/.test(await get('/metrics'))) {}
  expect(await stop()).toBe(0)
})

test('goes on where nobody reads its log', async () => {
  const { get } = await startBin('unread')
  // More than the buffers of a pipe hold.
  for (let round = 0; round < 8; round++) {
    await Promise.all(Array.from({ length: 200 }, () => get('/healthz')))
  }
  expect(JSON.parse(await get('/healthz'))).toEqual({ status: 'ok' })
})

test.skipIf(!CAN_MOUNT)(
  'goes on where the disk of its log is full (needs mount), and writes again later',
  async () => {
    const disk = smallDisk(1)
    const file = join(disk.folder, 'log')
    const { get, stop } = await startBin(openSync(file, 'a'))
    disk.fill()
    while (!/\npersql_log_entries_lost_total [1-9]/.test(await get('/metrics'))) {}
    disk.makeRoom()
    await get('/reference')
    expect(await stop()).toBe(0)
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ event: 'stop' })
    expect(lines.some((line) => line.includes('"/reference"'))).toBe(true)
  },
)
