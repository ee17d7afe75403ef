import { recordingDriver } from '@persql/test-support/recording-driver'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type CorruptRow, type ItemCodec, jsonCodec, SessionStore, type SqlDriver } from '../src/index.ts'
import { type Item, numbered } from './support/items.ts'
import { nodeSqliteDriver } from './support/node-sqlite-driver.ts'
import { reversedCodec } from './support/reversed-codec.ts'

let driver: SqlDriver

beforeEach(() => {
  driver = nodeSqliteDriver(':memory:')
})

afterEach(() => driver.close())

const corrupt = (rowId: number, text = '{"cut') => ({
  sql: 'update agent_messages set message_data = ? where id = ?',
  params: [text, rowId],
})

describe('a history with corrupt rows', () => {
  let reported: CorruptRow[]
  let store: SessionStore<Item>

  beforeEach(async () => {
    reported = []
    store = new SessionStore(driver, { onCorruptRow: (row) => reported.push(row) })
    await store.append('s', numbered(8))
    await driver.batch([corrupt(2), corrupt(6), corrupt(8)])
  })

  test('is read without them, and each is reported with its row', async () => {
    const items = await store.read('s')
    expect(items.map(({ n }) => n)).toEqual([0, 2, 3, 4, 6])
    expect(reported).toMatchObject(
      [2, 6, 8].map((rowId) => ({ sessionId: 's', table: 'agent_messages', rowId, dropped: false })),
    )
  })

  test('gives as many valid items as asked for', async () => {
    expect((await store.read('s', { items: 3 })).map(({ n }) => n)).toEqual([3, 4, 6])
    expect((await store.read('s', { items: 5 })).map(({ n }) => n)).toEqual([0, 2, 3, 4, 6])
    expect((await store.read('s', { items: 9 })).map(({ n }) => n)).toEqual([0, 2, 3, 4, 6])
  })

  test('has turns in spite of them', async () => {
    await store.append('s', [{ role: 'user' }, { n: 9 }, { n: 10 }])
    await driver.batch([corrupt(10)])
    expect(await store.read('s', { turns: 1 })).toEqual([{ role: 'user' }, { n: 10 }])
    expect(reported).toMatchObject([{ rowId: 10 }])
  })

  test('drops and reports them where a pop goes past them', async () => {
    expect(await store.pop('s')).toEqual({ n: 6 })
    expect(reported).toMatchObject([{ rowId: 8, dropped: true }])
    expect(await store.pop('s')).toEqual({ n: 4 })
    const [result] = await driver.batch([{ sql: 'select id from agent_messages order by id' }])
    expect(result!.rows.flat()).toEqual([1, 2, 3, 4])
  })

  test('keeps them in place through a rewrite and a replaced suffix', async () => {
    await store.rewrite('s', (items) => items.map((item) => (item['n'] === 3 ? [{ n: 'three' }] : [item])))
    await store.replaceSuffix('s', [{ n: 4 }, { n: 6 }], [{ n: 'end' }])
    const [result] = await driver.batch([{ sql: 'select message_data from agent_messages order by id' }])
    expect(result!.rows.flat()).toEqual([
      '{"n":0}',
      '{"cut',
      '{"n":2}',
      '{"n":"three"}',
      '{"cut',
      '{"cut',
      '{"n":"end"}',
    ])
  })

  test('keeps the bytes of those that hold no text, or none that JavaScript can hold', async () => {
    const odd = ["x'0001ff'", "cast(x'7b22ff' as text)", "'a' || char(0) || 'b'"]
    await driver.batch(
      odd.map((value, index) => ({
        sql: `update agent_messages set message_data = ${value} where id = ${[2, 6, 8][index]}`,
      })),
    )
    await store.rewrite('s', (items) => items.map((item) => (item['n'] === 0 ? [] : [item])))
    await store.replaceSuffix('s', [{ n: 4 }, { n: 6 }], [{ n: 'end' }])
    const [result] = await driver.batch([
      { sql: 'select typeof(message_data), hex(message_data) from agent_messages order by id' },
    ])
    expect(result!.rows.filter((_, index) => [0, 3, 4].includes(index))).toEqual([
      ['blob', '0001FF'],
      ['text', '7B22FF'],
      ['text', '610062'],
    ])
    expect((await store.read('s')).map(({ n }) => n)).toEqual([2, 3, 'end'])
  })

  test('is not written where a rewrite changes none of its items', async () => {
    const before = await driver.batch([{ sql: 'select id, message_data from agent_messages' }])
    await store.rewrite('s', (items) => items.map((item) => [item]))
    expect(await driver.batch([{ sql: 'select id, message_data from agent_messages' }])).toEqual(before)
  })

  test('warns on the console, without content, where nobody asked to be told', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    await new SessionStore(driver).read('s', { items: 1 })
    expect(warn.mock.calls).toEqual([
      ['Passed over row 8 of "agent_messages" in session "s": it does not hold a valid item.'],
    ])
    await new SessionStore(driver).pop('s')
    expect(warn.mock.lastCall).toEqual([
      'Dropped row 8 of "agent_messages" in session "s": it does not hold a valid item.',
    ])
    warn.mockRestore()
  })

  test('tells what the codec threw, and of what is no text', async () => {
    await driver.batch([{ sql: `update agent_messages set message_data = x'00' where id = 6` }])
    await store.read('s')
    expect(reported.map(({ rowId, error }) => [rowId, String(error)])).toEqual([
      [2, expect.stringMatching(/^SyntaxError: /)],
      [6, 'TypeError: The row does not hold text.'],
      [8, expect.stringMatching(/^SyntaxError: /)],
    ])
  })

  test.each(['null', '5', '[]', 'true', '"text"', '[{"role":"user"}]'])(
    'takes a row that holds JSON of something else than an object for a corrupt one: %s',
    async (text) => {
      await driver.batch([corrupt(2, text), corrupt(6, text), corrupt(8, text)])
      expect((await store.read('s')).map(({ n }) => n)).toEqual([0, 2, 3, 4, 6])
      expect(await store.read('s', { items: 1 })).toEqual([{ n: 6 }])
      expect((await store.readPage('s', { limit: 9 })).items).toHaveLength(5)
      expect(reported.map(({ rowId }) => rowId)).toEqual([2, 6, 8, 8, 2, 6, 8])
      await store.append('s', [{ role: 'user', n: 9 }, { n: 10 }, { role: 'user', n: 11 }])
      await driver.batch([corrupt(10, text)])
      expect(await store.read('s', { turns: 1 })).toEqual([
        { role: 'user', n: 9 },
        { role: 'user', n: 11 },
      ])
      expect([await store.pop('s'), await store.pop('s'), await store.pop('s')]).toEqual([
        { role: 'user', n: 11 },
        { role: 'user', n: 9 },
        { n: 6 },
      ])
    },
  )

  test('takes JSON that SQLite does not read, because it is nested too deep, for corrupt in turns as well', async () => {
    const nested = (levels: number) => `${'{"a":'.repeat(levels - 1)}{"role":"user"}${'}'.repeat(levels - 1)}`
    await store.replaceAll('s', [
      { role: 'user', n: 1 },
      { role: 'user', n: 2 },
      { role: 'user', n: 3 },
    ])
    await driver.batch([corrupt(10, nested(1001))])
    expect(await store.read('s', { turns: 1 })).toEqual([
      { role: 'user', n: 1 },
      { role: 'user', n: 3 },
    ])
    await driver.batch([corrupt(10, nested(1000))])
    expect(await store.read('s', { turns: 1 })).toEqual([{ role: 'user', n: 3 }])
    expect(await store.read('s')).toHaveLength(3)
  })

  test('is empty when nothing else is left', async () => {
    await store.replaceAll('s', numbered(2))
    await driver.batch([{ sql: `update agent_messages set message_data = 'x'` }])
    expect(await store.read('s')).toEqual([])
    expect(await store.pop('s')).toBeUndefined()
    expect((await store.readPage('s', { limit: 5 })).items).toEqual([])
  })
})

describe('a history read in pages', () => {
  test('comes from the newest page to the oldest, each oldest first, with rows and times', async () => {
    const store = new SessionStore<Item>(driver)
    await store.append('s', numbered(5))
    const newest = await store.readPage('s', { limit: 2 })
    expect(newest.items.map(({ item, rowId }) => [item['n'], rowId])).toEqual([
      [3, 4],
      [4, 5],
    ])
    expect(newest.items[0]!.createdAt).toBeInstanceOf(Date)
    expect(Math.abs(newest.items[0]!.createdAt.getTime() - Date.now())).toBeLessThan(60_000)
    const middle = await store.readPage('s', { limit: 2, before: newest.before })
    const oldest = await store.readPage('s', { limit: 2, before: middle.before })
    expect([...oldest.items, ...middle.items].map(({ item }) => item['n'])).toEqual([0, 1, 2])
    expect(oldest.before).toBeUndefined()
  })

  test('has at least one row', async () => {
    const store = new SessionStore<Item>(driver)
    await expect(store.readPage('s', { limit: 0 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'limit must be at least 1.',
    })
    await expect(store.readPage('s', { limit: 0.5 })).rejects.toThrow('limit must be a whole number.')
  })

  test('ends with a full page when the items fill it', async () => {
    const store = new SessionStore<Item>(driver)
    await store.append('s', numbered(2))
    expect((await store.readPage('s', { limit: 2 })).before).toBeUndefined()
  })
})

test('reading is declared so in every batch, and reading nothing needs none', async () => {
  const { driver: watched, readOnly } = recordingDriver(driver)
  for (const codec of [jsonCodec<Item>(), reversedCodec<Item>()]) {
    const store = new SessionStore<Item>(watched, { codec, createTables: false })
    await new SessionStore<Item>(driver, { codec }).replaceAll('s', numbered(2))
    readOnly.length = 0
    await store.read('s')
    await store.read('s', { items: 1 })
    await store.read('s', { items: Number.POSITIVE_INFINITY })
    await store.read('s', { turns: 1 })
    await store.readPage('s', { limit: 1 })
    await store.read('s', { items: 0 })
    await store.read('s', { turns: 0 })
    expect(readOnly).toEqual([true, true, true, true, true])
  }
})

describe('turns', () => {
  const user = { role: 'user' }
  const other = { role: 'assistant' }
  const history = [other, user, other, other, user, user, { content: 'role: user' }, user, other]

  const codecs: [string, ItemCodec<Item>][] = [
    ['JSON', jsonCodec<Item>()],
    ['an opaque codec', reversedCodec()],
  ]

  test.each(codecs)(
    'begin at the first of the user items that follow each other, with %s',
    async (_, codec) => {
      const store = new SessionStore<Item>(driver, { codec })
      await store.append('s', history)
      const turns = async (count: number) => await store.read('s', { turns: count })
      expect(await turns(1)).toEqual(history.slice(7))
      expect(await turns(2)).toEqual(history.slice(4))
      expect(await turns(3)).toEqual(history.slice(1))
      expect(await turns(4)).toEqual(history)
      expect(await turns(0)).toEqual([])
      expect(await turns(Number.POSITIVE_INFINITY)).toEqual(history)
    },
  )

  test('are found behind many items by an opaque codec', async () => {
    const store = new SessionStore<Item>(driver, { codec: reversedCodec() })
    await store.append('s', [user, ...numbered(9), other, user, ...numbered(100)])
    expect(await store.read('s', { turns: 1 })).toHaveLength(101)
    expect(await store.read('s', { turns: 2 })).toHaveLength(112)
    expect(await store.read('s', { turns: Number.POSITIVE_INFINITY })).toHaveLength(112)
  })

  test('are found in one batch, by SQL however long they are, by an opaque codec where they are short', async () => {
    const { driver: watched, batches } = recordingDriver(driver)
    const plain = new SessionStore<Item>(watched)
    await plain.append('plain', [user, ...numbered(100), user, ...numbered(100)])
    const opaque = new SessionStore<Item>(watched, { codec: reversedCodec() })
    await opaque.append('opaque', Array(50).fill([user, other]).flat())
    batches.length = 0
    expect(await plain.read('plain', { turns: 1 })).toHaveLength(101)
    expect(await opaque.read('opaque', { turns: 1 })).toEqual([user, other])
    expect(batches).toHaveLength(2)
  })

  test('go on past corrupt rows, with an opaque codec', async () => {
    const store = new SessionStore<Item>(driver, { codec: reversedCodec(), onCorruptRow: () => {} })
    await store.append('s', [user, ...numbered(3)])
    await driver.batch([corrupt(3)])
    expect(await store.read('s', { turns: 1 })).toEqual([user, { n: 0 }, { n: 2 }])
  })

  test.each(codecs)('neither begin at corrupt rows nor after those alone, with %s', async (_, codec) => {
    const store = new SessionStore<Item>(driver, { codec, onCorruptRow: () => {} })
    await store.append('s', [user, other, user, other, other, user, user, other, user])
    const blob = {
      sql: `update agent_messages set message_data = cast(message_data as blob) where id in (5, 9)`,
    }
    await driver.batch([corrupt(4), corrupt(7), blob])
    expect(await store.read('s', { turns: 1 })).toEqual([user, user, other])
    expect(await store.read('s', { turns: 2 })).toEqual([user, other, user, user, other])
  })

  test('may have items of any kind between them', async () => {
    const codec: ItemCodec<unknown> = { format: 'opaque', encode: JSON.stringify, decode: JSON.parse }
    const store = new SessionStore<unknown>(driver, { codec })
    const items = [{ role: 'user' }, null, 'role', 7, ['role'], { role: 'user' }, null]
    await store.append('s', items)
    expect(await store.read('s', { turns: 1 })).toEqual(items.slice(5))
    expect(await store.read('s', { turns: 2 })).toEqual(items)
  })

  test('do not begin at the first row of what was read so far, which may follow a user item', async () => {
    const store = new SessionStore<Item>(driver, { codec: reversedCodec() })
    // The first part that is read has eight rows, and begins in the middle of the user items.
    await store.append('s', [other, ...Array<Item>(9).fill(user), ...numbered(3)])
    expect(await store.read('s', { turns: 1 })).toHaveLength(12)
  })
})

test('begins no turn at an item that the SDK does not know and whose provider gives no role', async () => {
  const store = new SessionStore<Item>(driver, { cache: false })
  const items = [
    { role: 'user', content: 'x' },
    { role: 'assistant', content: 'y' },
    { type: 'unknown', role: 'user', providerData: { type: 'message' } },
    { type: 'unknown', providerData: { type: 'message', role: 'user' } },
  ]
  await store.append('s', items.slice(0, 3))
  expect(await store.read('s', { turns: 1 })).toEqual(items.slice(0, 3))
  await store.append('s', items.slice(3))
  expect(await store.read('s', { turns: 1 })).toEqual(items.slice(3))
})
