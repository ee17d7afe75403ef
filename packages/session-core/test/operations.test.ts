import { hash } from 'node:crypto'
import { recordingDriver } from '@persql/test-support/recording-driver'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SessionStore, type SqlDriver, type SqlStatement } from '../src/index.ts'
import { type Item, numbered } from './support/items.ts'
import { nodeSqliteDriver } from './support/node-sqlite-driver.ts'

let driver: SqlDriver
let store: SessionStore<Item>
let batches: (readonly SqlStatement[])[]

beforeEach(() => {
  ;({ driver, batches } = recordingDriver(nodeSqliteDriver(':memory:')))
  store = new SessionStore<Item>(driver)
})

afterEach(() => driver.close())

describe('an append with an operation id', () => {
  test('is applied once, whatever the order of the keys when it is repeated', async () => {
    await store.append('s', [{ a: 1, b: [2, { c: 3, d: 4 }] }], { operationId: 'once' })
    await store.append('s', [{ b: [2, { d: 4, c: 3 }], a: 1 }], { operationId: 'once' })
    expect(await store.read('s')).toEqual([{ a: 1, b: [2, { c: 3, d: 4 }] }])
  })

  test.each<[string, Item[]]>([
    ['another value', [{ n: 1 }]],
    ['another order', [{ n: 1 }, { n: 0 }]],
    ['fewer items', []],
  ])('is refused when it comes again with %s', async (_, items) => {
    await store.append('s', numbered(2), { operationId: 'once' })
    await expect(store.append('s', items, { operationId: 'once' })).rejects.toMatchObject({
      code: 'OPERATION_CONFLICT',
      message: 'This operation id was already used for another change. Use a new id for a new change.',
    })
    expect(await store.read('s')).toEqual(numbered(2))
  })

  test('has an id that other sessions may use as well, and that is forgotten with the session', async () => {
    await store.append('a', [{ n: 'a' }], { operationId: 'same' })
    await store.append('b', [{ n: 'b' }], { operationId: 'same' })
    await store.clear('a')
    await store.append('a', [{ n: 'again' }], { operationId: 'same' })
    await store.append('b', [{ n: 'b' }], { operationId: 'same' })
    expect(await store.read('a')).toEqual([{ n: 'again' }])
    expect(await store.read('b')).toEqual([{ n: 'b' }])
  })

  test('is remembered by a digest that other versions can compare', async () => {
    await store.append('s', [{ b: 1, a: 'é' }], { operationId: 'append' })
    await store.replaceSuffix('s', [{ a: 'é', b: 1 }], [{ n: 2 }], { operationId: 'replace' })
    const [result] = await driver.batch([
      { sql: 'select operation_id, digest from agent_sessions_operations order by operation_id' },
    ])
    const sha256 = (text: string) => hash('sha256', text)
    expect(result!.rows).toEqual([
      ['append', sha256(JSON.stringify(['append', ['{"a":"é","b":1}']]))],
      ['replace', sha256(JSON.stringify(['replace', ['{"a":"é","b":1}'], ['{"n":2}']]))],
    ])
  })

  test('is remembered where there are no items', async () => {
    await store.append('s', [], { operationId: 'empty' })
    await store.append('s', [], { operationId: 'empty' })
    await expect(store.append('s', [{}], { operationId: 'empty' })).rejects.toMatchObject({
      code: 'OPERATION_CONFLICT',
    })
  })

  test('is forgotten with its session also where that has no items', async () => {
    await store.append('s', [], { operationId: 'empty' })
    await store.clear('s')
    await store.append('s', [{ n: 1 }], { operationId: 'empty' })
    expect(await store.read('s')).toEqual([{ n: 1 }])
  })

  test('is refused without an id that can be one', async () => {
    await expect(store.append('s', [{}], { operationId: ' ' })).rejects.toThrow(
      'The operation id must not be empty or blank.',
    )
    expect(batches).toEqual([])
  })

  test('does not take a failure of something else for a repetition', async () => {
    await store.append('s', numbered(1), { operationId: 'first' })
    await driver.batch([
      {
        sql: `create trigger refuse before insert on agent_messages
          begin select raise(abort, 'NOT NULL constraint failed: made up'); end`,
      },
    ])
    await expect(store.append('s', numbered(1), { operationId: 'second' })).rejects.toMatchObject({
      code: 'CONSTRAINT',
    })
    expect(await store.read('s')).toEqual(numbered(1))
  })
})

describe('a replaced suffix', () => {
  test('must equal the newest items in all places', async () => {
    await store.append('s', numbered(3))
    const wrong: Item[][] = [
      [{ n: 1 }, { n: 'other' }],
      [{ n: 'other' }, { n: 2 }],
      [{ n: 0 }, { n: 1 }],
      [{ n: 'more' }, ...numbered(3)],
      [...numbered(3), { n: 'more' }],
    ]
    for (const expected of wrong) {
      await expect(store.replaceSuffix('s', expected, [])).rejects.toMatchObject({
        code: 'HISTORY_CONFLICT',
        message: 'The newest items are not the expected ones.',
      })
    }
    expect(await store.read('s')).toEqual(numbered(3))
  })

  test('is compared without regard to the order of keys, and bytes by their value', async () => {
    await store.append('s', [{ a: 1, b: new Uint8Array([1, 2]) }])
    await store.replaceSuffix('s', [{ b: new Uint8Array([1, 2]), a: 1 }], [{ done: true }])
    expect(await store.read('s')).toEqual([{ done: true }])
  })

  test('may be empty, and may be replaced by nothing', async () => {
    await store.append('s', numbered(2))
    await store.replaceSuffix('s', [], [{ n: 2 }])
    await store.replaceSuffix('s', [{ n: 1 }, { n: 2 }], [])
    expect(await store.read('s')).toEqual([{ n: 0 }])
  })

  test('is replaced once under an operation id, and refused for another change', async () => {
    await store.append('s', numbered(2))
    const change: [Item[], Item[]] = [[{ n: 1 }], [{ n: 'one' }]]
    await store.replaceSuffix('s', ...change, { operationId: 'once' })
    await store.append('s', [{ n: 2 }])
    await store.replaceSuffix('s', ...change, { operationId: 'once' })
    expect(await store.read('s')).toEqual([{ n: 0 }, { n: 'one' }, { n: 2 }])
    const other = store.replaceSuffix('s', [{ n: 2 }], [{ n: 'two' }], { operationId: 'once' })
    await expect(other).rejects.toMatchObject({ code: 'OPERATION_CONFLICT' })
    const append = store.append('s', [{ n: 'one' }], { operationId: 'once' })
    await expect(append).rejects.toMatchObject({ code: 'OPERATION_CONFLICT' })
    expect(await store.read('s')).toEqual([{ n: 0 }, { n: 'one' }, { n: 2 }])
  })

  test('is replaced once where another process makes the same change at the same time', async () => {
    await store.append('s', numbered(2), { operationId: 'append' })
    const change: [Item[], Item[]] = [[{ n: 1 }], [{ n: 'one' }]]
    let isFirst = true
    const late = new SessionStore<Item>({
      ...driver,
      async batch(statements, options) {
        const results = await driver.batch(statements, options)
        if (isFirst) {
          isFirst = false
          await store.replaceSuffix('s', ...change, { operationId: 'once' })
          await store.replaceSuffix('s', [{ n: 'one' }], change[0])
        }
        return results
      },
    })
    await late.replaceSuffix('s', ...change, { operationId: 'once' })
    expect(await store.read('s')).toEqual(numbered(2))
  })

  test('is a conflict under an operation id that was never applied', async () => {
    await store.append('s', numbered(1))
    const change = store.replaceSuffix('s', [{ n: 'other' }], [], { operationId: 'never' })
    await expect(change).rejects.toMatchObject({ code: 'HISTORY_CONFLICT' })
  })
})

describe('a rewrite', () => {
  test('that changes nothing writes nothing', async () => {
    await store.append('s', numbered(3))
    batches.length = 0
    await store.rewrite('s', (items) => items.map((item) => [item]))
    expect(batches).toHaveLength(1)
  })

  test('moves only the rows from the first change on', async () => {
    await store.append('s', numbered(4))
    await store.rewrite('s', (items) =>
      items.map((item) => (item['n'] === 2 ? [{ n: 'two' }, { n: 2 }] : [item])),
    )
    const [result] = await driver.batch([{ sql: 'select id, message_data from agent_messages order by id' }])
    expect(result!.rows).toEqual([
      [1, '{"n":0}'],
      [2, '{"n":1}'],
      [5, '{"n":"two"}'],
      [6, '{"n":2}'],
      [7, '{"n":3}'],
    ])
  })

  test('adds what stands beside an item that stays', async () => {
    await store.append('s', numbered(2))
    await store.rewrite('s', (items) => items.map((item) => [item, { after: item['n'] }]))
    expect(await store.read('s')).toEqual([{ n: 0 }, { after: 0 }, { n: 1 }, { after: 1 }])
  })

  test('drops what has nothing in its place', async () => {
    await store.append('s', numbered(3))
    await store.rewrite('s', (items) => items.map((item) => (item['n'] === 1 ? [] : [item])))
    expect(await store.read('s')).toEqual([{ n: 0 }, { n: 2 }])
    await store.rewrite('s', (items) => items.map(() => []))
    expect(await store.read('s')).toEqual([])
  })

  test('passes on what the database says', async () => {
    await store.append('s', numbered(1))
    await driver.close()
    await expect(store.rewrite('s', () => [])).rejects.toMatchObject({ code: 'DRIVER_CLOSED' })
  })
})
