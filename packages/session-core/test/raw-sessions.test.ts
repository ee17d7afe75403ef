import { recordingDriver } from '@persql/test-support/recording-driver'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { RawSessions, SessionStore, type SqlDriver } from '../src/index.ts'
import { nodeSqliteDriver } from './support/node-sqlite-driver.ts'
import { readingDriver } from './support/reading-driver.ts'

let driver: SqlDriver
let stored: RawSessions

beforeEach(() => {
  driver = nodeSqliteDriver(':memory:')
  stored = new RawSessions(driver)
})

afterEach(() => driver.close())

const session = (sessionId: string) => ({ sessionId, createdAt: '2026-01-01 00:00:00', updatedAt: null })
const items = (...data: string[]) => data.map((text) => ({ createdAt: null, data: text }))

const ODD = [
  { createdAt: null, data: { bytes: new Uint8Array([0, 255]), storage: 'blob' } },
  { createdAt: 12, data: { bytes: new Uint8Array([104, 255, 105]), storage: 'text' } },
  { createdAt: 1.5, data: { bytes: new Uint8Array([104, 0, 105]), storage: 'text' } },
  { createdAt: 'some day', data: '{ "cut\ufffd é 😀' },
  { createdAt: null, data: '\ufeff\ufffd' },
] as const

test.each([undefined, { statements: 100 }, { valueBytes: 1000 }])(
  'gives back rows of every kind as they were written, with limits %j',
  async (limits) => {
    const limited = new RawSessions({ ...driver, ...(limits && { limits }) })
    const many = items(...Array.from({ length: 150 }, (_, n) => `{"n":${n}}`))
    const odd = { session: session('odd'), expectLast: 0, rows: ODD }
    const lasts = await limited.write([{ session: session('many'), expectLast: 0, rows: many }, odd])
    expect([...lasts]).toEqual([
      ['many', 150],
      ['odd', 155],
    ])
    const rows = await limited.read(['odd', 'many', 'nobody'])
    expect(rows.map(({ createdAt, data }) => ({ createdAt, data }))).toEqual([...many, ...ODD])
  },
)

test('lists sessions in the order of their ids, with what they hold, in pages', async () => {
  await stored.write(
    ['', 'b', 'é', 'c'].map((id) => ({ session: session(id), expectLast: 0, rows: items('1', 'é') })),
  )
  expect(await stored.count()).toBe(4)
  const first = await stored.list({ limit: 2 })
  expect(first).toEqual([
    { ...session(''), items: 2, bytes: 3, lastRowId: 2 },
    { ...session('b'), items: 2, bytes: 3, lastRowId: 4 },
  ])
  expect((await stored.list({ limit: 9, after: 'b' })).map(({ sessionId }) => sessionId)).toEqual(['c', 'é'])
  expect((await stored.get(['é', 'nobody', ''])).map(({ sessionId }) => sessionId)).toEqual(['', 'é'])
})

test('reads pages of so many rows and bytes, and of one row that is larger', async () => {
  const rows = items('aaaa', 'bbbb', 'c'.repeat(100), 'dd')
  await stored.write([{ session: session('s'), expectLast: 0, rows }])
  const page = async (after: number, limit: number, bytes: number) =>
    (await stored.readPage('s', { after, limit, bytes })).map(({ rowId }) => rowId)
  expect(await page(0, 3, 1000)).toEqual([1, 2, 3])
  expect(await page(0, 9, 8)).toEqual([1, 2])
  expect(await page(2, 9, 8)).toEqual([3])
  expect(await page(4, 9, 8)).toEqual([])
})

test('truncates, appends and sets times on condition that the newest row is the expected one', async () => {
  const store = new SessionStore<object>(driver)
  await store.append('s', [{ n: 1 }, { n: 2 }, { n: 3 }])
  await store.append('t', [{ n: 1 }])
  const rows = items('{"n":4}', '{"n":5}')
  const change = { session: session('s'), expectLast: 3, truncateAfter: 1, rows }
  const other = { session: session('t'), expectLast: 0, rows: items('{"n":2}') }
  await expect(stored.write([change, other])).rejects.toMatchObject({ code: 'HISTORY_CONFLICT' })
  expect(await store.read('s')).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
  expect(await stored.write([change])).toEqual(new Map([['s', 6]]))
  expect(await store.read('s')).toEqual([{ n: 1 }, { n: 4 }, { n: 5 }])
  expect(await stored.get(['s'])).toMatchObject([session('s')])
  await stored.write([{ ...change, expectLast: 6, truncateAfter: 0, rows: [] }])
  expect(await stored.get(['s'])).toMatchObject([{ items: 0, lastRowId: 0 }])
})

test('makes no tables where it must not', async () => {
  const reader = new RawSessions(driver, { createTables: false })
  await expect(reader.count()).rejects.toMatchObject({ code: 'NO_SUCH_TABLE' })
  expect(await stored.list({ limit: 1 })).toEqual([])
})

test.each([
  ['UTF-8', ODD],
  ['UTF-16le', [ODD[0], ODD[3], ODD[4]]],
  ['UTF-16be', [ODD[0], ODD[3], ODD[4]]],
])('reads text in %s at once, and asks again only for other rows', async (encoding, odd) => {
  await driver.batch([{ sql: `pragma encoding = '${encoding}'` }])
  const texts = items('plain', 'é', '中', '😀', '')
  await stored.write([{ session: session('s'), expectLast: 0, rows: texts }])
  const [used] = await driver.batch([{ sql: 'pragma encoding' }])
  expect(used!.rows).toEqual([[encoding]])
  const { driver: watched, readOnly } = recordingDriver(driver)
  const reader = new RawSessions(watched, { createTables: false })
  expect((await reader.read(['s'])).map(({ data }) => data)).toEqual(texts.map(({ data }) => data))
  expect(readOnly).toEqual([true])
  await stored.write([{ session: session('s'), expectLast: 5, rows: odd }])
  const rows = await reader.read(['s'])
  expect(rows.map(({ createdAt, data }) => ({ createdAt, data }))).toEqual([...texts, ...odd])
  expect(readOnly).toEqual([true, true, true])
})

test('sends rows of several sessions together, at most 64 in a statement', async () => {
  await stored.count()
  const { driver: watched, batches } = recordingDriver(driver)
  const rows = items(...Array.from({ length: 50 }, (_, n) => String(n)))
  const changes = ['a', 'b'].map((id) => ({ session: session(id), expectLast: 0, rows }))
  await new RawSessions(watched).write(changes)
  const inserted = batches.flat().flatMap(({ params = [] }) => (params.length > 3 ? [params.length / 3] : []))
  expect(inserted).toEqual([64, 36])
  expect((await stored.read(['b'])).map(({ data }) => data)).toEqual(rows.map(({ data }) => data))
})

test.each([undefined, { valueBytes: 1000 }])(
  'makes a session without rows, with limits %j',
  async (limits) => {
    const limited = new RawSessions({ ...driver, ...(limits && { limits }) })
    expect(await limited.write([{ session: session('s'), expectLast: 0, rows: [] }])).toEqual(new Map())
    expect(await limited.get(['s'])).toEqual([{ ...session('s'), items: 0, bytes: 0, lastRowId: 0 }])
  },
)

test('says what a conflict means, and hides no other failure behind it', async () => {
  await stored.count()
  const change = { session: session('s'), expectLast: 1, rows: items('1') }
  await expect(stored.write([change])).rejects.toMatchObject({
    code: 'HISTORY_CONFLICT',
    message: 'A session is no longer what it was when it was read. Nothing was written. Try again.',
    cause: expect.any(Error),
  })
  await driver.batch([
    {
      sql: `create trigger t before insert on agent_messages begin select raise(abort, 'made up'); end`,
    },
  ])
  await expect(stored.write([{ ...change, expectLast: 0 }])).rejects.toMatchObject({ code: 'SQL_ERROR' })
})

test('asks again for text that has another length than its bytes', async () => {
  const text = 'h\ufffdi'
  await stored.write([{ session: session('s'), expectLast: 0, rows: items(text) }])
  // Some bindings leave out what they cannot decode.
  const losing: SqlDriver = {
    ...driver,
    async batch(statements, options) {
      const results = await driver.batch(statements, options)
      const without = (value: unknown) => (value === text ? 'hi' : value)
      return results.map((result) => ({
        ...result,
        rows: result.rows.map((row) => row.map(without)) as typeof result.rows,
      }))
    },
  }
  expect(await new RawSessions(losing).read(['s'])).toMatchObject([{ data: text }])
})

test('gives a time that is no number of JavaScript as text', async () => {
  await stored.write([{ session: session('s'), expectLast: 0, rows: items('1') }])
  await driver.batch([{ sql: 'update agent_messages set created_at = 9007199254740993' }])
  expect(await stored.read(['s'])).toMatchObject([{ createdAt: '9007199254740993' }])
})

test('finds nothing where there are no tables and none may be made', async () => {
  const reader = new RawSessions(readingDriver(driver))
  expect(await reader.count()).toBe(0)
  expect(await reader.list({ limit: 1 })).toEqual([])
  expect(await reader.get(['s'])).toEqual([])
  expect(await reader.read(['s'])).toEqual([])
})
