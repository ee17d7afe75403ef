import { recordingDriver } from '@persql/test-support/recording-driver'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { jsonCodec, SessionStore, type SqlDriver, type SqlStatement, StorageError } from '../src/index.ts'
import { type Item, numbered } from './support/items.ts'
import { nodeSqliteDriver } from './support/node-sqlite-driver.ts'
import { reversedCodec } from './support/reversed-codec.ts'

let driver: SqlDriver
let batches: (readonly SqlStatement[])[]

beforeEach(() => {
  ;({ driver, batches } = recordingDriver(nodeSqliteDriver(':memory:')))
})

afterEach(() => driver.close())

describe('an append', () => {
  test('of nothing sends nothing, so the session does not begin', async () => {
    await new SessionStore<Item>(driver).append('s', [])
    expect(batches).toEqual([])
  })

  test('has few parameters, however many items there are', async () => {
    const store = new SessionStore<Item>(driver)
    for (const count of [1, 16, 17, 5000]) await store.append('s', numbered(count))
    const params = batches.map((batch) => batch.flatMap((statement) => statement.params ?? []).length)
    expect(params).toEqual([3, 33, 3, 3])
    expect(await store.read('s', { items: 5000 })).toEqual(numbered(5000))
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
    await expect(wrongKey.pop('s')).rejects.toMatchObject({
      code: 'UNREADABLE_ITEM',
      message: 'The codec could not decode row 2 of "agent_messages". Nothing was removed.',
    })
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

  test.each([
    [7, 'must be a string.'],
    [' ', 'must not be empty or blank.'],
    ['x'.repeat(1025), 'has 1025 characters; at most 1024 are allowed.'],
    ['a\0b', 'must not contain a NUL character: databases cut text there.'],
    ['half \ud800', 'must not contain half of a surrogate pair: two such ids would become the same.'],
  ])('says why %j is no session id', async (id, why) => {
    const refused = new SessionStore(driver).read(id as string)
    await expect(refused).rejects.toThrow(`The session id ${why}`)
  })

  test('takes a session id of 1024 characters', async () => {
    const store = new SessionStore<Item>(driver)
    await store.append('x'.repeat(1024), numbered(1))
    expect(await store.read('x'.repeat(1024))).toEqual(numbered(1))
  })

  test.each([1.5, Number.NaN, '2', 'Infinity', null])('refuses the limit %j', async (limit) => {
    const store = new SessionStore(driver)
    for (const count of ['items', 'turns'] as const) {
      await expect(store.read('s', { [count]: limit })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: `${count} must be a whole number.`,
      })
    }
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
    await expect(store.append('s', 'text' as never)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'The items must be an array.',
    })
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
    expect(failed).toMatchObject({
      code: 'INVALID_ITEM',
      message: 'Item 0 cannot be stored. The codec could not encode it.',
      itemIndex: 0,
      cause: { message: 'hunter2' },
    })
    expect(String(failed)).not.toContain('hunter2')
  })

  test('refuses a driver of a dialect that it cannot write', () => {
    expect(() => new SessionStore({ ...driver, dialect: 'mysql' })).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: 'Sessions need a driver of dialect "sqlite" or "postgres"; this one says "mysql".',
      }),
    )
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
      message: 'Item 1 needs 98 bytes; the database takes 60 in one value.',
      itemIndex: 1,
    })
    await expect(store.append('s', numbered(50))).rejects.toMatchObject({
      code: 'TOO_LARGE',
      message:
        'These items need 640 bytes; the database takes 200 in one request. Add them in smaller portions.',
    })
    expect(batches).toEqual([])
  })

  test('let in what just fits: an item of one value, a list of one request', async () => {
    // As text in a list, an item of nine bytes takes twelve and a comma, and the list two more.
    for (const limits of [{ valueBytes: 14 }, { requestBytes: 24 }]) {
      const store = new SessionStore<Item>({ ...driver, limits })
      await store.append('s', numbered(2))
      await expect(store.append('s', [{ n: 123 }, { n: 4 }])).rejects.toMatchObject({ code: 'TOO_LARGE' })
    }
    expect(await new SessionStore<Item>(driver).read('s')).toEqual([...numbered(2), ...numbered(2)])
  })
})

describe('a change that depends on what was read', () => {
  /** Lets somebody else append right after the store has read. */
  function withIntruder(times: number, codec = jsonCodec<Item>()): SessionStore<Item> {
    const intruder = new SessionStore<Item>(driver, { codec })
    let count = 0
    const interrupted: SqlDriver = {
      ...driver,
      async batch(statements, options) {
        const results = await driver.batch(statements, options)
        if (statements.at(-1)!.sql.startsWith('select') && count < times) {
          count += 1
          await intruder.append('s', [{ intruder: count }])
        }
        return results
      },
    }
    return new SessionStore<Item>(interrupted, { codec })
  }

  test('starts over with the new history when others appended in between', async () => {
    await new SessionStore<Item>(driver).append('s', numbered(2))
    await withIntruder(2).rewrite('s', (items) =>
      items.map((item) => (item['n'] === 0 ? [{ n: 'zero' }] : [item])),
    )
    const items = await new SessionStore<Item>(driver).read('s')
    expect(items).toEqual([{ n: 'zero' }, { n: 1 }, { intruder: 1 }, { intruder: 2 }])
  })

  test('pops the item that others appended in between, with an opaque codec', async () => {
    await new SessionStore<Item>(driver, { codec: reversedCodec() }).append('s', numbered(1))
    const popped = await withIntruder(1, reversedCodec()).pop('s')
    expect(popped).toEqual({ intruder: 1 })
    expect(await new SessionStore<Item>(driver, { codec: reversedCodec() }).read('s')).toEqual(numbered(1))
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
    let attempts = 0
    const dropAll = (items: readonly Item[]) => {
      attempts += 1
      return items.map(() => [])
    }
    await expect(store.rewrite('s', dropAll)).rejects.toMatchObject({
      code: 'HISTORY_CONFLICT',
      message: 'The history changed 20 times while it was being rewritten. Try again when others write less.',
      cause: { code: 'CONSTRAINT' },
    })
    expect(attempts).toBe(20)
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
    await store.replaceSuffix('s', [], [{ n: 3 }])
    expect(batches).toHaveLength(5)
  })

  test('passes on why the database refused the write, and does not start over', async () => {
    await new SessionStore<Item>(driver).append('s', numbered(1))
    const full: SqlDriver = {
      ...driver,
      async batch(statements, options) {
        if (options?.readOnly) return driver.batch(statements, options)
        throw new StorageError('FULL', 'No space is left.')
      },
    }
    const store = new SessionStore<Item>(full, { createTables: false })
    batches.length = 0
    await expect(store.rewrite('s', () => [[]])).rejects.toMatchObject({ code: 'FULL' })
    expect(batches).toHaveLength(1)
  })

  test('does not take a constraint of the database for a change of the history', async () => {
    const store = new SessionStore<Item>(driver)
    await store.append('s', numbered(2), { operationId: 'first' })
    await driver.batch([
      {
        sql: `create trigger keep before delete on agent_messages begin
          insert into agent_sessions (session_id) values (old.session_id); end`,
      },
    ])
    batches.length = 0
    for (const change of [
      store.rewrite('s', () => [[], []]),
      store.replaceSuffix('s', [{ n: 1 }], [], { operationId: 'second' }),
    ]) {
      await expect(change).rejects.toMatchObject({ code: 'CONSTRAINT' })
    }
    expect(batches).toHaveLength(4)
    expect(await store.read('s')).toEqual(numbered(2))
  })

  test('is refused where it gives another number of places than there are items', async () => {
    const store = new SessionStore<Item>(driver)
    await store.append('s', numbered(3))
    const wrong = [
      (items: readonly Item[]) => [items],
      () => Array(4).fill([]),
      () => undefined as never,
      () => Array(3),
      () => [[], undefined, []] as never,
      () => [[], 'item', []] as never,
    ]
    for (const change of wrong) {
      await expect(store.rewrite('s', change)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: 'The change must return one list for each of the 3 items.',
      })
    }
    expect(await store.read('s')).toEqual(numbered(3))
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

  test('gives no time to rows that it moves and that have none', async () => {
    const store = new SessionStore<Item>(driver)
    await store.append('s', numbered(3))
    await driver.batch([{ sql: 'update agent_messages set created_at = null where id = 2' }])
    await store.rewrite('s', (items) => items.map((item) => (item['n'] === 0 ? [] : [item])))
    const [result] = await driver.batch([
      { sql: 'select created_at is null from agent_messages order by id' },
    ])
    expect(result!.rows).toEqual([[1], [0]])
  })
})

test('a history is read again as it was at a row, whatever was added since', async () => {
  const driver = nodeSqliteDriver(':memory:')
  const store = new SessionStore<{ role: string; n: number }>(driver)
  const turn = (n: number) => [
    { role: 'user', n },
    { role: 'assistant', n },
  ]
  expect(await store.readThrough('s')).toEqual({ items: [], lastRow: 0 })
  await store.append('s', [...turn(1), ...turn(2)])
  const { items, lastRow } = await store.readThrough('s')
  expect(items).toEqual([...turn(1), ...turn(2)])
  await store.append('s', turn(3))

  expect(await store.readThrough('s', {}, lastRow)).toEqual({ items, lastRow })
  expect(await store.readThrough('s', { turns: 1 }, lastRow)).toEqual({ items: turn(2), lastRow })
  expect(await store.readThrough('s', { items: 1 }, lastRow)).toEqual({ items: turn(2).slice(1), lastRow })
  expect(await store.readThrough('s', {}, 0)).toEqual({ items: [], lastRow: 0 })
  expect((await store.readThrough('s', { turns: 1 })).items).toEqual(turn(3))
  await driver.close()
})
