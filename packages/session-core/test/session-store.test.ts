import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type CorruptRow,
  type ItemCodec,
  jsonCodec,
  SessionStore,
  type SqlDriver,
  type SqlStatement,
  StorageError,
  sessionTablesSql,
} from '../src/index.ts'
import { nodeSqliteDriver } from './support/node-sqlite-driver.ts'
import { recordingDriver } from './support/recording-driver.ts'

type Item = Record<string, unknown>

let driver: SqlDriver
let batches: (readonly SqlStatement[])[]

beforeEach(() => {
  ;({ driver, batches } = recordingDriver(nodeSqliteDriver(':memory:')))
})

afterEach(() => driver.close())

const numbered = (count: number): Item[] => Array.from({ length: count }, (_, n) => ({ n }))

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

  test('warns on the console, without content, where nobody asked to be told', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    await new SessionStore(driver).read('s', { items: 1 })
    expect(warn.mock.calls).toEqual([
      ['Passed over row 8 of "agent_messages" in session "s": it does not hold a valid item.'],
    ])
    warn.mockRestore()
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
    },
  )

  test('are found behind many items by an opaque codec', async () => {
    const store = new SessionStore<Item>(driver, { codec: reversedCodec() })
    await store.append('s', [user, ...numbered(9), other, user, ...numbered(100)])
    expect(await store.read('s', { turns: 1 })).toHaveLength(101)
    expect(await store.read('s', { turns: 2 })).toHaveLength(112)
    expect(await store.read('s', { turns: Number.POSITIVE_INFINITY })).toHaveLength(112)
  })

  test('do not begin at the first row of what was read so far, which may follow a user item', async () => {
    const store = new SessionStore<Item>(driver, { codec: reversedCodec() })
    // The first part that is read has eight rows, and begins in the middle of the user items.
    await store.append('s', [other, ...Array<Item>(9).fill(user), ...numbered(3)])
    expect(await store.read('s', { turns: 1 })).toHaveLength(12)
  })
})

describe('an opaque codec', () => {
  test('never loses a row that it cannot decode', async () => {
    const written = new SessionStore<Item>(driver, { codec: reversedCodec() })
    await written.append('s', numbered(2))
    const wrongKey = new SessionStore<Item>(driver, {
      codec: {
        ...reversedCodec(),
        decode: () => {
          throw new Error('wrong key')
        },
      },
      onCorruptRow: () => {},
    })
    await expect(wrongKey.pop('s')).rejects.toMatchObject({ code: 'UNREADABLE_ITEM' })
    expect(await wrongKey.read('s')).toEqual([])
    expect(await written.pop('s')).toEqual({ n: 1 })
    expect(await written.pop('s')).toEqual({ n: 0 })
    expect(await written.pop('s')).toBeUndefined()
  })
})

describe('bad input', () => {
  const names: Item[] = [
    { sessionsTable: 'a"; drop table t; --' },
    { sessionsTable: '' },
    { messagesTable: 'has space' },
    { messagesTable: '1st' },
    { messagesTable: 'main.t' },
    { sessionsTable: 'sqlite_master' },
    { sessionsTable: 'x'.repeat(49) },
    { sessionsTable: 'same', messagesTable: 'SAME' },
    { sessionsTable: 'm', messagesTable: 'm_operations' },
    { messagesTable: 7 },
  ]
  test.each(names)('refuses the table names %j when the store is made', (options) => {
    expect(() => new SessionStore(driver, options)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  })

  const ids: unknown[] = ['', ' ', 'a\0b', 'half \ud800', 'x'.repeat(1025), 7, null, undefined, {}]
  test.each(ids)('refuses the session id %j', async (id) => {
    const store = new SessionStore(driver)
    const attempts = [
      store.read(id as string),
      store.append(id as string, [{}]),
      store.pop(id as string),
      store.clear(id as string),
      store.replaceAll(id as string, []),
      store.append('s', [{}], { operationId: (id ?? null) as string }),
    ]
    for (const attempt of attempts) await expect(attempt).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(batches).toEqual([])
  })

  test.each([1.5, Number.NaN, '2', null])('refuses the limit %j', async (limit) => {
    const store = new SessionStore(driver)
    await expect(store.read('s', { items: limit as number })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
    await expect(store.readPage('s', { limit: limit as number })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
  })

  test('refuses an item with its index and path, before anything is written', async () => {
    const store = new SessionStore<Item>(driver)
    const items = [{ n: 1 }, { content: [{ n: 1n }] }]
    const refusal = { code: 'INVALID_ITEM', itemIndex: 1, itemPath: 'content[0].n' }
    await expect(store.append('s', items)).rejects.toMatchObject(refusal)
    await expect(store.replaceAll('s', items)).rejects.toMatchObject(refusal)
    await expect(store.replaceSuffix('s', [], items)).rejects.toMatchObject(refusal)
    await expect(store.append('s', 'text' as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(batches).toEqual([])
  })

  test('wraps what a codec throws, and keeps its text out of the message', async () => {
    const codec = {
      ...jsonCodec<Item>(),
      encode: () => {
        throw new Error('hunter2')
      },
    }
    const failed: unknown = await new SessionStore(driver, { codec })
      .append('s', [{}])
      .catch((error) => error)
    expect(failed).toMatchObject({ code: 'INVALID_ITEM', itemIndex: 0, cause: { message: 'hunter2' } })
    expect(String(failed)).not.toContain('hunter2')
  })

  test('refuses a driver of a dialect that it cannot write', () => {
    expect(() => new SessionStore({ ...driver, dialect: 'mysql' })).toThrow(StorageError)
  })
})

describe('the limits of a driver', () => {
  test('make several statements of one append, in one batch', async () => {
    const store = new SessionStore<Item>({ ...driver, limits: { valueBytes: 60 } })
    await store.append('s', numbered(20))
    expect(batches).toHaveLength(1)
    expect(batches[0]!.filter(({ sql }) => sql.includes('json_each')).length).toBeGreaterThan(2)
    expect(await store.read('s')).toEqual(numbered(20))
  })

  test('are used to the last byte', async () => {
    // Two items make a list of 25 bytes. A comma is counted for each.
    const store = new SessionStore<Item>({ ...driver, limits: { valueBytes: 26 } })
    await store.append('s', numbered(4))
    const lists = batches[0]!.flatMap(({ params = [] }) =>
      params.filter((value) => /^\[/.test(String(value))),
    )
    expect(lists.map((list) => JSON.parse(String(list)).length)).toEqual([2, 2])
    expect(Math.max(...lists.map((list) => String(list).length))).toBe(25)
    expect(await store.read('s')).toEqual(numbered(4))
  })

  test('of the whole request make lists of few items as well', async () => {
    const store = new SessionStore<Item>({ ...driver, limits: { requestBytes: 200 } })
    await store.append('s', numbered(3))
    expect(batches[0]!.at(-1)!.sql).toContain('json_each')
    expect(await store.read('s')).toEqual(numbered(3))
  })

  test('refuse an item, or a list, that cannot fit, before anything is written', async () => {
    const store = new SessionStore<Item>({ ...driver, limits: { valueBytes: 60, requestBytes: 200 } })
    await expect(store.append('s', [{ n: 1 }, { text: 'é'.repeat(40) }])).rejects.toMatchObject({
      code: 'TOO_LARGE',
      itemIndex: 1,
    })
    await expect(store.append('s', numbered(50))).rejects.toMatchObject({ code: 'TOO_LARGE' })
    expect(batches).toEqual([])
  })
})

describe('the tables', () => {
  test('are made in the first batch, by whichever operation, and never again', async () => {
    const store = new SessionStore<Item>(driver)
    expect(await store.read('s')).toEqual([])
    await store.append('s', numbered(1))
    await new SessionStore<Item>(driver).append('t', numbered(1))
    const creating = batches.map((batch) => batch.filter(({ sql }) => sql.startsWith('create')).length)
    expect(creating).toEqual([3, 0, 0])
    const [result] = await driver.batch([{ sql: `select name from sqlite_schema where name like 'agent%'` }])
    expect(result!.rows.flat()).toEqual(['agent_sessions', 'agent_messages'])
  })

  test('are tried only once where the right to make them is missing', async () => {
    await new SessionStore<Item>(driver).append('s', numbered(1))
    let refused = 0
    const mayNotMake: SqlDriver = {
      ...driver,
      async batch(statements, options) {
        if (!statements.some(({ sql }) => sql.startsWith('create'))) return driver.batch(statements, options)
        refused += 1
        throw new StorageError('READ_ONLY', 'This token may not make tables.')
      },
    }
    const store = new SessionStore<Item>(mayNotMake)
    await store.append('s', numbered(1))
    await store.append('s', numbered(1))
    expect(await store.read('s')).toHaveLength(3)
    expect(refused).toBe(1)
  })

  test('are made again where somebody dropped them', async () => {
    const store = new SessionStore<Item>(driver)
    await store.append('s', numbered(1))
    await driver.batch([{ sql: 'drop table agent_messages' }, { sql: 'drop table agent_sessions' }])
    await store.append('s', numbered(2))
    expect(await store.read('s')).toEqual(numbered(2))
  })

  test('are left to others with createTables false, whose absence is an error that says so', async () => {
    const store = new SessionStore<Item>(driver, { createTables: false })
    for (const attempt of [store.read('s'), store.append('s', numbered(1)), store.pop('s')]) {
      await expect(attempt).rejects.toMatchObject({
        code: 'NO_SUCH_TABLE',
        message: expect.stringContaining('agent_messages'),
      })
    }
    await new SessionStore<Item>(driver).append('s', numbered(1))
    expect(await store.read('s')).toEqual(numbered(1))
  })

  test('can be made by a migration, with the statements of sessionTablesSql', async () => {
    const names = { sessionsTable: 'threads', messagesTable: 'thread_items' }
    const migration = sessionTablesSql(names).map((sql) => ({ sql }))
    await driver.batch(migration)
    await driver.batch(migration)
    const store = new SessionStore<Item>(driver, { ...names, createTables: false })
    await store.append('s', numbered(1), { operationId: 'op' })
    await store.append('s', numbered(1), { operationId: 'op' })
    await store.replaceSuffix('s', numbered(1), [{ n: 'one' }], { operationId: 'swap' })
    expect(await store.read('s')).toEqual([{ n: 'one' }])
  })

  test('can have other names, apart from the default ones', async () => {
    const store = new SessionStore<Item>(driver, { sessionsTable: 'Threads', messagesTable: 'order' })
    await store.append('s', numbered(2), { operationId: 'op' })
    await store.append('s', numbered(2), { operationId: 'op' })
    expect(await store.read('s')).toEqual(numbered(2))
    expect(await new SessionStore<Item>(driver).read('s')).toEqual([])
    const [result] = await driver.batch([{ sql: 'select count(*) from "order"' }])
    expect(result!.rows).toEqual([[2]])
  })
})

describe('a change that depends on what was read', () => {
  /** Lets somebody else append right after the store has read. */
  function withIntruder(times: number): SessionStore<Item> {
    const intruder = new SessionStore<Item>(driver)
    let count = 0
    return new SessionStore<Item>({
      ...driver,
      async batch(statements, options) {
        const results = await driver.batch(statements, options)
        if (statements.at(-1)!.sql.startsWith('select') && count < times) {
          count += 1
          await intruder.append('s', [{ intruder: count }])
        }
        return results
      },
    })
  }

  test('starts over with the new history when others appended in between', async () => {
    await new SessionStore<Item>(driver).append('s', numbered(2))
    await withIntruder(2).rewrite('s', (items) =>
      items.map((item) => (item['n'] === 0 ? [{ n: 'zero' }] : [item])),
    )
    const items = await new SessionStore<Item>(driver).read('s')
    expect(items).toEqual([{ n: 'zero' }, { n: 1 }, { intruder: 1 }, { intruder: 2 }])
  })

  test('rejects when the suffix it expects is no longer the newest', async () => {
    await new SessionStore<Item>(driver).append('s', numbered(2))
    await expect(withIntruder(1).replaceSuffix('s', [{ n: 1 }], [{ n: 2 }])).rejects.toMatchObject({
      code: 'HISTORY_CONFLICT',
    })
    expect(await new SessionStore<Item>(driver).read('s')).toEqual([...numbered(2), { intruder: 1 }])
  })

  test('gives up with HISTORY_CONFLICT when others never stop', async () => {
    await new SessionStore<Item>(driver).append('s', numbered(1))
    const store = withIntruder(Number.POSITIVE_INFINITY)
    await expect(store.rewrite('s', (items) => items.map(() => []))).rejects.toMatchObject({
      code: 'HISTORY_CONFLICT',
    })
    expect((await new SessionStore<Item>(driver).read('s'))[0]).toEqual({ n: 0 })
  })

  test('takes one read and one write, with an operation id as well', async () => {
    const store = new SessionStore<Item>(driver)
    await store.append('s', numbered(3), { operationId: 'first' })
    batches.length = 0
    await store.replaceSuffix('s', [{ n: 2 }], [{ n: 'two' }], { operationId: 'second' })
    expect(batches).toHaveLength(2)
    await store.rewrite('s', (items) => items.map((item) => (item['n'] === 1 ? [] : [item])))
    expect(batches).toHaveLength(4)
  })

  test('keeps the times of the rows that it moves', async () => {
    const store = new SessionStore<Item>(driver)
    await store.append('s', numbered(3))
    await driver.batch([{ sql: `update agent_messages set created_at = '2001-02-03 04:05:06'` }])
    await store.rewrite('s', (items) => items.map((item) => (item['n'] === 0 ? [] : [item])))
    const { items } = await store.readPage('s', { limit: 9 })
    expect(items.map(({ item, createdAt }) => [item['n'], createdAt.toISOString()])).toEqual([
      [1, '2001-02-03T04:05:06.000Z'],
      [2, '2001-02-03T04:05:06.000Z'],
    ])
  })
})

/** Stands for encryption: the text is not JSON. */
function reversedCodec(): ItemCodec<Item> {
  const json = jsonCodec<Item>()
  const reverse = (text: string) => [...text].reverse().join('')
  return {
    format: 'opaque',
    encode: (item) => `#${reverse(json.encode(item))}`,
    decode: (text) => json.decode(reverse(text.slice(1))),
  }
}
