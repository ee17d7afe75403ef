import { recordingDriver } from '@persql/test-support/recording-driver'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  RawSessions,
  SessionStore,
  type SqlDriver,
  type SqlStatement,
  StorageError,
  searchItems,
} from '../src/index.ts'
import { limitedDriver } from '../src/testing/limited-driver.ts'
import { type Item, numbered } from './support/items.ts'
import { nodeSqliteDriver } from './support/node-sqlite-driver.ts'

let driver: SqlDriver
let others: SessionStore<Item>

beforeEach(() => {
  driver = nodeSqliteDriver(':memory:')
  others = new SessionStore(driver)
})

afterEach(() => driver.close())

/** Items of about `size` characters each. */
const large = (count: number, size: number): Item[] =>
  numbered(count).map((item) => ({ ...item, text: 'x'.repeat(size) }))

/** A driver with a limit, and what somebody else does before each of its batches. */
function interrupted(
  limit: number,
  before: (batch: number, statements: readonly SqlStatement[]) => unknown,
): SqlDriver {
  const limited = limitedDriver(driver, limit)
  let batch = 0
  return {
    ...limited,
    async batch(statements, options) {
      await before(batch++, statements)
      return limited.batch(statements, options)
    },
  }
}

describe('a history that is changed while it is read in parts', () => {
  // The batches: all of it, its extent, pages of ever fewer bytes, and then one for each of the items.
  const LAST_PAGE = 10

  test('is the one at the beginning where others append', async () => {
    const items = large(4, 2000)
    await others.append('s', items)
    for (const at of [2, 8, LAST_PAGE]) {
      const reader = new SessionStore<Item>(
        interrupted(2500, (batch) => batch === at && others.append('s', [{ n: 'late' }])),
      )
      const before = await others.read('s')
      expect(await reader.read('s')).toEqual(before)
    }
  })

  test.each<[string, () => Promise<unknown>]>([
    ['pop', () => others.pop('s')],
    ['rewrite', () => others.rewrite('s', (all) => all.map(({ n }) => [{ n }]))],
    ['replace', () => others.replaceAll('s', [{ n: 'all' }])],
    ['clear', () => others.clear('s')],
    ['pop and append', () => others.pop('s').then(() => others.append('s', [{ n: 'other' }]))],
  ])('is read again where others %s', async (_, change) => {
    for (const at of [2, 8, LAST_PAGE]) {
      await others.replaceAll('s', large(4, 2000))
      const reader = new SessionStore<Item>(interrupted(2500, (batch) => batch === at && change()))
      expect(await reader.read('s')).toEqual(await others.read('s'))
    }
  })

  test('is one of its states where turns are read', async () => {
    const turn = (n: number): Item[] => [{ role: 'user', n }, ...large(2, 2000)]
    await others.append('s', [...turn(1), ...turn(2)])
    const reader = new SessionStore<Item>(
      interrupted(2500, (batch) => batch === 4 && others.append('s', turn(3))),
    )
    expect(await reader.read('s', { turns: 1 })).toEqual(turn(2))
  })

  test('rejects with HISTORY_CONFLICT where others rewrite it without end', async () => {
    await others.append('s', large(3, 2000))
    const change = () => others.rewrite('s', (all) => all.map((item) => [{ ...item }]))
    const reader = interrupted(2500, change)
    await expect(new SessionStore(reader).read('s')).rejects.toMatchObject({ code: 'HISTORY_CONFLICT' })
    await expect(new RawSessions(reader).read(['s'])).rejects.toMatchObject({ code: 'HISTORY_CONFLICT' })
  })

  test('is read again as stored rows where somebody appends', async () => {
    await others.append('s', large(3, 2000))
    const stored = new RawSessions(
      interrupted(2500, (batch) => batch === 5 && others.append('s', [{ n: 'late' }])),
    )
    expect(await stored.read(['s'])).toHaveLength(4)
  })
})

test('reads many rows at once where they fit', async () => {
  await others.append('s', numbered(5000))
  await others.append('s', large(2, 100_000))
  const { driver: recorded, batches } = recordingDriver(limitedDriver(driver, 200_000))
  expect(await new SessionStore(recorded).read('s')).toHaveLength(5002)
  expect(batches.length).toBeLessThan(16)
})

test('rejects with TOO_LARGE what is too large in one row, and nothing else', async () => {
  await others.append('s', [{ n: 0 }, ...large(1, 2000), { n: 2 }])
  const store = new SessionStore<Item>(limitedDriver(driver, 1000))
  await expect(store.read('s')).rejects.toMatchObject({ code: 'TOO_LARGE' })
  expect(await store.read('s', { items: 1 })).toEqual([{ n: 2 }])
  await expect(store.rewrite('s', (all) => all.map(() => []))).rejects.toMatchObject({ code: 'TOO_LARGE' })
  await expect(searchItems(limitedDriver(driver, 1000), ['xx'])).rejects.toMatchObject({ code: 'TOO_LARGE' })
  const stored = new RawSessions(limitedDriver(driver, 1000))
  await expect(stored.readPage('s', { after: 1, limit: 9, bytes: 9 })).rejects.toMatchObject({
    code: 'TOO_LARGE',
  })
  expect(await others.read('s')).toHaveLength(3)
})

test('finds nothing where there are no tables, and no session', async () => {
  const refusing: SqlDriver = {
    ...driver,
    batch: (statements, options) =>
      statements.length === 1 && /^select "message_data"/.test(statements[0]!.sql)
        ? Promise.reject(new StorageError('TOO_LARGE', 'The answer is too large.'))
        : driver.batch(statements, options),
  }
  for (const createTables of [true, false]) {
    await others.append('other', [{ n: 0 }])
    expect(await new SessionStore(refusing, { createTables }).read('s')).toEqual([])
  }
})

describe('a change that is too large to be sent', () => {
  const LIMIT = 3000

  /** Refuses requests by their parameters, as a server does that limits bodies. */
  function sending(): SqlDriver {
    return {
      ...driver,
      batch: (statements, options) =>
        JSON.stringify(statements.map(({ params }) => params)).length > LIMIT
          ? Promise.reject(new StorageError('TOO_LARGE', 'The body is too large.'))
          : driver.batch(statements, options),
    }
  }

  const times = async () =>
    (await driver.batch([{ sql: 'select created_at from agent_messages order by id' }]))[0]!.rows.flat()

  let store: SessionStore<Item>
  let items: Item[]

  beforeEach(async () => {
    store = new SessionStore<Item>(sending())
    items = large(4, 1000)
    for (const item of items) await store.append('s', [item])
    await driver.batch([{ sql: "update agent_messages set created_at = '2026-01-01 00:00:0' || id" }])
  })

  test('replaces a history by items that it holds already, which keep their times', async () => {
    const wanted = [{ summary: true }, items[3]!, items[1]!, items[2]!, items[1]!]
    await store.replaceAll('s', wanted)
    expect(await store.read('s')).toEqual(wanted)
    expect((await times()).slice(1)).toEqual([4, 2, 3, 2].map((id) => `2026-01-01 00:00:0${id}`))
  })

  test('replaces a suffix by items that it holds already, once for its operation id', async () => {
    const wanted = [items[3]!, items[2]!, items[1]!, { n: 'end' }]
    for (const _ of [1, 2]) {
      await store.replaceSuffix('s', items.slice(1), wanted, { operationId: 'swap' })
    }
    expect(await store.read('s')).toEqual([items[0], ...wanted])
  })

  test('is refused, and changes nothing, where the items are new', async () => {
    const unknown = large(4, 1001)
    await expect(store.replaceAll('s', unknown)).rejects.toMatchObject({ code: 'TOO_LARGE' })
    await expect(store.replaceSuffix('s', items, unknown)).rejects.toMatchObject({ code: 'TOO_LARGE' })
    await expect(store.replaceAll('s', [...items, ...unknown])).rejects.toMatchObject({ code: 'TOO_LARGE' })
    expect(await store.read('s')).toEqual(items)
  })

  test('starts over where the history changes in between', async () => {
    let isFirst = true
    const reading: SqlDriver = {
      ...sending(),
      async batch(statements, options) {
        const results = await sending().batch(statements, options)
        if (options?.readOnly && isFirst) {
          isFirst = false
          await others.append('s', [{ n: 'late' }])
        }
        return results
      },
    }
    await new SessionStore<Item>(reading, { createTables: false }).replaceAll('s', items.slice(1))
    expect(await store.read('s')).toEqual(items.slice(1))
  })
})
