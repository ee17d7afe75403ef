/**
 * Sessions in PostgreSQL against hand-written `pg` on the same tables, and against the Python SDK's session where
 * PERSQL_TEST_PYTHON names a Python that has it: ratios of one run, on the server that PERSQL_TEST_POSTGRES names. Prints
 * a table. Its argument is the number of rounds.
 */
import { join } from 'node:path'
import { postgresDriver } from '@persql/driver-postgres'
import { SessionStore } from '@persql/session-core'
import { serverDatabases } from '@persql/test-support/postgres-databases'
import { jsonLinesProcess } from './json-lines-process.ts'
import { median, medianRatio } from './median.ts'
import { handWritten } from './postgres/hand-written.ts'
import { rounded, table, time } from './table.ts'

type Item = Record<string, unknown>

const server = process.env['PERSQL_TEST_POSTGRES']
if (server === undefined) throw new Error('PERSQL_TEST_POSTGRES names no server.')
const rounds = Number(process.argv[2] ?? 40)

const databases = serverDatabases(server)
const url = await databases.urlOf(`bench ${process.pid}`)
const driver = postgresDriver({ url, connection: { max: 1 } })
const pool = postgresDriver({ url, connection: { max: 8 } })
const store = new SessionStore<Item>(driver)
const pooled = new SessionStore<Item>(pool)
const raw = await handWritten(url)
const rawPool = await handWritten(url, 8)

await store.append('makes the tables', [{ n: 0 }])

const item = (n: number): Item => ({
  role: n % 4 === 0 ? 'user' : 'assistant',
  content: 'text '.repeat(60),
  n,
})
const items = (count: number) => Array.from({ length: count }, (_, n) => item(n))

/** What the work took, or says that it took. */
async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  const taken = await work()
  return typeof taken === 'number' ? taken : performance.now() - start
}

const rows: string[][] = []

/** Both do the same by turns, and who goes first changes. */
async function compare(
  what: string,
  wanted: string,
  ours: Work,
  others: Work,
  count = rounds,
): Promise<void> {
  const times: [number[], number[]] = [[], []]
  for (let round = -5; round < count; round++) {
    for (const which of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const work = which === 0 ? ours : others
      const taken = await milliseconds(() => work(round, which))
      if (round >= 0) times[which].push(taken)
    }
  }
  const ratio = rounded(medianRatio(times[0], times[1]))
  rows.push([what, time(median(times[0])), time(median(times[1])), ratio, wanted])
}

type Work = (round: number, which: number) => Promise<unknown>

const python = process.env['PERSQL_TEST_PYTHON']
const sqlAlchemy =
  python === undefined
    ? undefined
    : jsonLinesProcess([
        python,
        join(import.meta.dirname, 'python/sqlalchemy_bench.py'),
        url.replace(/^postgres(?:ql)?:/, 'postgresql+asyncpg:'),
      ])

/** Milliseconds, without the way to the process. */
function inPython(session: string, reads: boolean): Promise<unknown> {
  sqlAlchemy?.send({ session, reads, add: items(4) })
  return sqlAlchemy?.receive() ?? Promise.resolve()
}

const WANTED = { 0: 'at most 1.15', 100: 'at most 1.1', 1000: 'at most 0.3' } as const

for (const stored of [0, 100, 1_000] as const) {
  const prepared: string[] = []
  /** Sessions that have gone on for a while: what is stored, and two turns that read it. */
  const prepare = async (what: string) => {
    for (let round = -5; round < rounds; round++) {
      for (const which of [0, 1]) {
        const session = `${what} ${stored} ${round} ${which}`
        prepared.push(session)
        if (stored === 0) continue
        await store.append(session, items(stored))
        for (let turn = 0; turn < 2 && which === 0; turn++) await store.read(session)
      }
    }
  }
  const turn = async (what: string, round: number, which: number) => {
    const session = `${what} ${stored} ${round} ${which}`
    await store.read(session)
    await store.append(session, items(4))
  }
  await prepare('turn')
  await compare(
    `a turn with ${stored.toLocaleString('en')} stored`,
    WANTED[stored],
    (round, which) => turn('turn', round, which),
    async (round, which) => {
      const session = `turn ${stored} ${round} ${which}`
      await raw.read(session)
      await raw.append(session, items(4))
    },
  )
  if (sqlAlchemy) {
    await prepare('python')
    await compare(
      'the same, against Python',
      'at most 0.5',
      (round, which) => turn('python', round, which),
      (round, which) => inPython(`python ${stored} ${round} ${which}`, true),
    )
  }
  for (const session of prepared) await store.clear(session)
}

await compare(
  'an append of 4',
  'at most 1.15',
  (_, which) => store.append(`append ${which}`, items(4)),
  (_, which) => raw.append(`append ${which}`, items(4)),
)

if (sqlAlchemy) {
  await compare(
    'the same, against Python',
    'at most 0.5',
    (_, which) => store.append(`append ${which}`, items(4)),
    (_, which) => inPython(`python append ${which}`, false),
  )
}

const sessions = Array.from({ length: 32 }, (_, n) => `many ${n}`)
await compare(
  '32 sessions that append at once, on 8 connections',
  'at most 1.18',
  () => Promise.all(sessions.map((session) => pooled.append(session, items(4)))),
  () => Promise.all(sessions.map((session) => rawPool.append(session, items(4)))),
)
await compare(
  'the same, on one connection instead of by hand',
  'at most 0.5',
  () => Promise.all(sessions.map((session) => pooled.append(session, items(4)))),
  () => Promise.all(sessions.map((session) => store.append(session, items(4)))),
)

for (const stored of [1_000, 1_000_000]) {
  const text = JSON.stringify(item(1))
  await driver.batch([
    { sql: 'insert into agent_sessions (session_id) values ($1)', params: [`long ${stored}`] },
    {
      sql: 'insert into agent_messages (session_id, message_data) select $1, $2 from generate_series(1, cast($3 as integer))',
      params: [`long ${stored}`, text, stored],
    },
  ])
  await driver.batch([{ sql: 'analyze' }])
  await compare(
    `the latest 20 of ${stored.toLocaleString('en')}`,
    'at most 1.2',
    () => store.read(`long ${stored}`, { items: 20 }),
    () => raw.read(`long ${stored}`, 20),
  )
}
// Of a session that others have left far behind, a planner that looks at row ids alone reads all that came since.
await compare(
  'the latest 20 of 1,000, before 1,000,000 of others',
  'at most 1.2',
  () => store.read('long 1000', { items: 20 }),
  () => raw.read('long 1000', 20),
)

console.log(table(['what', 'sessions', 'the other', 'ratio', 'wanted'], rows))
await sqlAlchemy?.close()
await Promise.all([driver.close(), pool.close(), raw.close(), rawPool.close()])
await databases.close()
