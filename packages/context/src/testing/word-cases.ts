import { type SqlDriver, type SqlStatement, StorageError } from '@persql/session-core'
import { expect } from 'vitest'
import { openMemory } from '../open-memory.ts'
import { expectIndexesToAgree, unindexed } from './expect-indexes-to-agree.ts'
import { statementFor, type TestCase } from './memory-store-case.ts'

/** Rows as somebody else writes them. */
function insertFacts(
  driver: SqlDriver,
  rows: readonly (readonly [id: string, name: string, body: string])[],
): SqlStatement {
  const each =
    driver.dialect === 'postgres' ? 'json_array_elements(cast(? as json)) as given(value)' : 'json_each(?)'
  return statementFor(
    driver,
    `insert into ctx_memory (id, name, body, created_at, updated_at)
      select value ->> 0, value ->> 1, value ->> 2, 1, 1 from ${each}`,
    [JSON.stringify(rows)],
  )
}

export function readOnly(driver: SqlDriver): SqlDriver {
  return {
    ...driver,
    batch(statements, options = {}) {
      if (options.readOnly) return driver.batch(statements, options)
      return Promise.reject(new StorageError('READ_ONLY', 'The database may only be read.'))
    },
  }
}

/** What the text index does, whatever it is made of. */
export function wordCases(test: TestCase): void {
  test('finds English words by their stems', async ({ store }) => {
    await store().remember({ name: 'n', body: 'They were running late' })
    expect(await store().recall('runs')).toHaveLength(1)
  })

  test('finds characters wherever they are in a long text', async ({ store }) => {
    const filler = (count: number) => '中'.repeat(count)
    for (const before of [0, 253, 254, 255, 256, 511, 99_000]) {
      await store().remember({ name: 'long', body: `${filler(before)}東京駅${filler(300)}` })
      expect(await store().recall('東京駅'), String(before)).toHaveLength(1)
    }
  })

  test('finds phrases, and what is near, wherever they are in a long text', async ({ store }) => {
    const filler = (count: number) => 'so it goes '.repeat(count)
    for (const before of [0, 5_330, 5_333, 5_334, 5_400, 7_000]) {
      await store().remember({ name: 'long', body: `${filler(before)}purple carrot cake ${filler(100)}` })
      for (const text of ['"purple carrot cake"', 'NEAR(cake purple, 1)', 'carrot AND "carrot cake"']) {
        expect(await store().recall(text), `${text} behind ${before}`).toHaveLength(1)
      }
      for (const text of ['"carrot purple"', 'NEAR(cake purple, 0)', '"purple cake"']) {
        expect(await store().recall(text), `${text} behind ${before}`).toEqual([])
      }
    }
  })

  test('remembers a text of nothing but different words', async ({ store }) => {
    const pairs = Array.from({ length: 49_000 }, (_, n) =>
      String.fromCodePoint(0x4e00 + (n % 20_000), 0x4e00 + ((n * 7) % 19_997)),
    )
    const words = Array.from({ length: 15_000 }, (_, n) => `w${n.toString(36)}`)
    await store().remember({ name: 'many', description: words.join(' '), body: pairs.join('') })
    await store().remember({
      name: 'one',
      description: 'x'.repeat(50_000),
      body: `${'y'.repeat(99_000)} tea`,
    })
    expect(await store().recall(`"${pairs[3]}"`)).toMatchObject([{ name: 'many' }])
    expect(await store().recall(words[14_000]!)).toMatchObject([{ name: 'many' }])
    expect(await store().recall('tea')).toMatchObject([{ name: 'one' }])
  })

  test('indexes what it writes in the same batch, so that a recall is one', async ({ store, driver }) => {
    const memory = store()
    await memory.remember({ name: 'tea', body: '緑茶' })
    await memory.remember({ name: 'tea', body: '緑茶 oolong' })
    await memory.remember({ name: 'gone', body: 'x' })
    await memory.forget('gone')
    const { id } = await memory.record({ title: 'Tasting', body: 'oolong' })
    await memory.forget(id)
    await memory.record({ body: 'oolong again' })
    const before = driver.batches
    expect(await memory.recall('oolong')).toHaveLength(2)
    expect(driver.batches).toBe(before + 1)
    const [result] = await driver.batch([unindexed])
    expect(result!.rows).toEqual([[0]])
    await expectIndexesToAgree(driver)
  })

  test('indexes rows that others write with the next recall, however many', async ({ store, driver }) => {
    await store().init()
    const rows = Array.from(
      { length: 1200 },
      (_, n) => [`m_${n}`, `note ${n}`, `${'東京 '.repeat(200)} nr${n}`] as const,
    )
    await driver.batch([insertFacts(driver, rows)])
    expect(await store().recall('nr1199')).toMatchObject([{ name: 'note 1199' }])
    const before = driver.batches
    expect(await store().recall('nr0')).toMatchObject([{ name: 'note 0' }])
    expect(driver.batches).toBe(before + 1)
  })

  test('leaves a row to be indexed that was written again while it was read', async ({ store, driver }) => {
    await store().init()
    const write = (body: string) =>
      statementFor(
        driver,
        `insert into ctx_memory (id, name, body, created_at, updated_at) values ('m', 'n', ?, 1, 1)
          on conflict (id) do update set body = excluded.body`,
        [body],
      )
    await driver.batch([write('oolong')])
    let isFirst = true
    const racing: SqlDriver = {
      ...driver,
      batch: async (statements, options) => {
        const isIndexing = statements.some(({ sql }) => sql.startsWith('delete from ctx_unindexed'))
        if (isIndexing && isFirst) {
          isFirst = false
          await driver.batch([write('sencha')])
        }
        return driver.batch(statements, options)
      },
    }
    expect(await openMemory(racing).recall('oolong')).toEqual([])
    expect(isFirst).toBe(false)
    expect(await store().recall('sencha')).toMatchObject([{ name: 'n' }])
    await expectIndexesToAgree(driver)
  })

  test('finds what others wrote also where it may not index it', async ({ store, driver }) => {
    await store().remember({ name: 'tea', body: 'green tea' })
    await driver.batch([{ sql: `update ctx_memory set body = 'Weißgerber'` }])
    const memory = openMemory(readOnly(driver))
    expect(await memory.recall('weissgerber')).toMatchObject([{ name: 'tea' }])
    expect(await memory.recall('green')).toEqual([])
  })

  test('recalls among many rows that have the same words', async ({ store, driver }) => {
    await store().init()
    const rows = Array.from(
      { length: 4000 },
      (_, n) => [`m_${n}`, `note ${n}`, `weekly report ${n}`] as const,
    )
    await driver.batch([insertFacts(driver, rows)])
    await store().remember({ name: 'rare', body: 'weekly zebra report' })
    await store().remember({ name: 'rarer', body: 'a zebra at the zoo' })
    expect((await store().recall('weekly report zebra'))[0]).toMatchObject({ name: 'rare' })
    expect((await store().recall('weekly report'))[0]).toMatchObject({ name: 'rare' })
    expect((await store().recall('report 1234'))[0]).toMatchObject({ name: 'note 1234' })
    expect(await store().recall('weekly OR zebra', { limit: 5000 })).toHaveLength(4002)
  })
}
