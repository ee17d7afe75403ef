import { expect } from 'vitest'
import type { SqlDriver, SqlStatement } from '../driver/sql-driver.ts'
import { countUnindexed, dropItemIndex, indexItems } from '../search/index-items.ts'
import { searchItems } from '../search/search-items.ts'
import { SessionCatalog } from '../sessions/session-catalog.ts'
import { SessionStore } from '../sessions/session-store.ts'
import { indexlessDriver, indexOnlyDriver } from './search-drivers.ts'
import type { TestCase } from './sql-driver-case.ts'

const TEXTS = [
  'Where is the zeppelin?',
  'zeppelins over Zürich',
  '今天天气很好',
  '天气 and a 😀 zeppelin',
  'die Straße',
  'a "quoted" text',
]
const WANTED = [
  ['zeppelin'],
  ['ZEPPELIN', 'where'],
  ['天气'],
  ['天'],
  ['今天天'],
  ['strasse'],
  ['zurich'],
  ['😀'],
  ['"quoted"'],
  ['{"cut'],
  ['zz'],
]

/** What the index of items does to searches: nothing but their time. */
export function searchIndexCases(test: TestCase): void {
  test('finds the same by an index as without, whatever is not indexed yet', async ({ driver }) => {
    const store = new SessionStore<{ content: string }>(driver)
    const items = (...texts: string[]) => texts.map((content) => ({ content }))
    expect(await countUnindexed(driver)).toBeUndefined()
    await dropItemIndex(driver)
    await store.append('a', items(...TEXTS))
    expect(await indexItems(driver, { limit: 0 })).toBe(0)
    expect(await countUnindexed(driver)).toBe(TEXTS.length)
    await expectSameHits(driver)
    expect(await indexItems(driver, { limit: 2 })).toBe(2)
    await expectSameHits(driver)
    const progress: unknown[] = []
    expect(await indexItems(driver, { onProgress: (step) => progress.push(step) })).toBe(4)
    expect(progress).toEqual([{ done: 4, remaining: 0 }])
    await expectSameHits(driver)

    await new SessionCatalog(driver).fork('a', 'b')
    await store.pop('a')
    await driver.batch(statements(`update agent_messages set message_data = '{"cut' where id = 1`))
    await expectSameHits(driver)
    await indexItems(driver)
    await store.clear('b')
    await driver.batch(statements(`update agent_messages set id = id + 100 where id = 2`))
    await driver.batch(statements(`delete from agent_messages where id = 3`))
    await expectSameHits(driver)
    expect(await indexItems(driver)).toBe(TEXTS.length + 3)
    expect(await countUnindexed(driver)).toBe(0)
    await expectSameHits(driver)

    // Each row is in the index, and noted.
    await driver.batch(statements('update agent_messages set message_data = message_data'))
    await expectSameHits(driver)

    await driver.batch(statements('drop table agent_messages'))
    await store.append('a', items('another zeppelin'))
    expect(await countUnindexed(driver)).toBeUndefined()
    await expectSameHits(driver)
    expect(await indexItems(driver)).toBe(1)
    await expectSameHits(driver)
    await dropItemIndex(driver)
    expect(await countUnindexed(driver)).toBeUndefined()
    await store.append('a', items('the last zeppelin'))
    await expectSameHits(driver)
  })

  test('indexes no row as what it no longer is, while others index and write', async ({ driver }) => {
    const store = new SessionStore<{ content: string }>(driver)
    await store.append('s', [{ content: 'one zeppelin' }, { content: 'two zeppelins' }])
    let isFirst = true
    const slow: SqlDriver = {
      ...driver,
      async batch(batch, options) {
        if (
          isFirst &&
          options?.readOnly !== true &&
          batch.some(({ sql }) => /insert into \S*_search/.test(sql))
        ) {
          isFirst = false
          await driver.batch(statements(`update agent_messages set message_data = '"Straße"' where id = 1`))
          await indexItems(driver)
          await driver.batch(statements(`update agent_messages set message_data = '"天气"' where id = 2`))
        }
        return driver.batch(batch, options)
      },
    }
    expect(await indexItems(slow)).toBe(0)
    expect({ isFirst, unindexed: await countUnindexed(driver) }).toEqual({ isFirst: false, unindexed: 1 })
    await expectSameHits(driver)
    expect(await Promise.all([indexItems(driver), indexItems(driver)])).toContain(1)
    await expectSameHits(driver)
  })
}

/** Searches with whatever index there is, and without. */
export async function expectSameHits(driver: SqlDriver, wanted: readonly string[][] = WANTED): Promise<void> {
  const [indexed, plain] = [indexOnlyDriver(driver), indexlessDriver(driver)]
  for (const texts of wanted) {
    const all = await searchItems(plain, texts, { limit: 100 })
    expect({ texts, ...(await searchItems(indexed, texts, { limit: 100 })) }).toEqual({ texts, ...all })
    const first = await searchItems(indexed, texts, { limit: 1 })
    expect(first.hits).toEqual(all.hits.slice(0, 1))
    const rest = first.before && (await searchItems(indexed, texts, { before: first.before, limit: 100 }))
    expect(rest ? rest.hits : []).toEqual(all.hits.slice(1))
  }
}

function statements(sql: string): SqlStatement[] {
  return [{ sql }]
}
