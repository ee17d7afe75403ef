import { DatabaseSync } from 'node:sqlite'
import {
  itemOf,
  searchSteps,
  sessionOf,
  takeSearchStep,
  tellingOfIndex,
  wantedTexts,
} from '@persql/test-support/search-model'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  countUnindexed,
  dropItemIndex,
  foldText,
  indexItems,
  SessionCatalog,
  SessionStore,
  type SqlDriver,
  StorageError,
  searchItems,
} from '../src/index.ts'
import { gramsOf } from '../src/search/item-grams.ts'
import { RECENT_ROWS } from '../src/search/search-query.ts'
import { limitedDriver } from '../src/testing/limited-driver.ts'
import { indexOnlyDriver } from '../src/testing/search-drivers.ts'
import { expectSameHits } from '../src/testing/search-index-cases.ts'
import { nodeSqliteDriver } from './support/node-sqlite-driver.ts'

test('a text has all grams of its parts', () => {
  const unit = fc.oneof(
    fc.constantFrom(...'aab 天气気한カﾞ\u0301ßé\ud83d\ude00\u3099\ufb01'),
    fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
  )
  const text = fc.array(unit, { maxLength: 12 }).map((units) => units.join(''))
  fc.assert(
    fc.property(text, text, fc.nat({ max: 12 }), fc.nat({ max: 6 }), (one, other, start, length) => {
      const wanted = foldText(foldText(one).slice(start, start + length))
      const whole = gramsOf([other, one])
      if (!whole || !foldText(one).includes(wanted)) return
      expect(new Set(whole)).toEqual(new Set([...whole, ...(gramsOf([wanted]) ?? [])]))
    }),
    { numRuns: 5000 },
  )
  expect([gramsOf(['ab', 'cd']), gramsOf(['abc'])?.length, gramsOf(['天气'])?.length]).toEqual([[], 1, 1])
  expect(gramsOf(['a \u0378 b'])).toBeUndefined()
})

/** What a stranger does, who knows nothing of an index. */
const FOREIGN: Readonly<Record<string, (x: number, y: number, text: string) => string>> = {
  add: (x, _, text) =>
    `insert into agent_messages (session_id, message_data) values ('${sessionOf(x)}', '${itemOf(text)}')`,
  addEscaped: (x, _, text) =>
    `insert into agent_messages (session_id, message_data) values ('${sessionOf(x)}', '${itemOf(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}')`,
  insertAt: (x, y, text) =>
    `insert or ignore into agent_messages (id, session_id, message_data) values (${y}, '${sessionOf(x)}', '${itemOf(text)}')`,
  replaceAt: (x, y, text) =>
    `insert or replace into agent_messages (id, session_id, message_data) values (${y}, '${sessionOf(x)}', '${itemOf(text)}')`,
  update: (_, y, text) => `update agent_messages set message_data = '${itemOf(text)}' where id = ${y}`,
  updateOrIgnore: (_, y, text) =>
    `update or ignore agent_messages set message_data = '${itemOf(text)}' where id >= ${y}`,
  moveId: (x, y) => `update or replace agent_messages set id = ${y} where id = ${x}`,
  deleteAt: (_, y) => `delete from agent_messages where id = ${y}`,
  cascade: (x) => `pragma foreign_keys = on; delete from agent_sessions where session_id = '${sessionOf(x)}'`,
  empty: () => 'delete from agent_messages',
  corrupt: (_, y, text) => `update agent_messages set message_data = '{${itemOf(text)}' where id = ${y}`,
  dropTable: () => 'drop table agent_messages',
  dropAll: () => 'drop table agent_messages; drop table agent_sessions; drop table agent_sessions_marks',
  dropTrigger: (x) =>
    `drop trigger if exists agent_sessions_search_1_${['insert', 'update', 'delete'][x % 3]}`,
  dropIndex: () => 'drop table if exists agent_sessions_search',
  emptyNotes: () => 'delete from agent_sessions_unindexed',
  rename: () =>
    'alter table agent_messages rename to elsewhere; alter table elsewhere rename to agent_messages',
  moveAway: () => 'alter table agent_messages rename to elsewhere; drop table agent_sessions',
}

test('a search finds the same by an index as without, whatever anybody does', {
  timeout: 300_000,
}, async () => {
  const pathOf = temporaryPaths()
  let runs = 0
  let asked = 0
  await fc.assert(
    fc.asyncProperty(searchSteps(Object.keys(FOREIGN)), async (steps) => {
      const path = pathOf(`${runs++}.db`)
      const driver = tellingOfIndex(nodeSqliteDriver(path), () => asked++)
      const second = nodeSqliteDriver(path)
      const store = new SessionStore<{ content: string }>(driver)
      const catalog = new SessionCatalog(driver)
      for (const step of steps) {
        await takeSearchStep(step, {
          append: (session, items) => store.append(session, items),
          pop: (session) => store.pop(session),
          clear: (session) => store.clear(session),
          fork: (from, to) => catalog.fork(from, to),
          index: (limit) => indexItems(driver, { limit }),
          indexTwice: () => Promise.all([indexItems(driver), indexItems(second)]),
          drop: () => dropItemIndex(driver),
          async foreign(name, x, y, text) {
            const db = new DatabaseSync(path)
            try {
              db.exec(FOREIGN[name]!(x, y, text))
            } finally {
              db.close()
            }
          },
        })
        await expectSameHits(driver, wantedTexts(steps))
      }
      await driver.close()
      await second.close()
    }),
    { numRuns: 40 },
  )
  expect(asked).toBeGreaterThan(50)
})

test('a frequent word is found among the newest rows, and a rare one by the index', async () => {
  const driver = nodeSqliteDriver(':memory:')
  const store = new SessionStore(driver)
  await store.append('s', [{ content: 'the zeppelin' }])
  await store.append(
    's',
    Array.from({ length: RECENT_ROWS }, (_, n) => ({ content: `order ${n}` })),
  )
  await indexItems(driver)
  const batches: string[] = []
  const spy: SqlDriver = {
    ...driver,
    batch: (statements, options) => {
      batches.push(/by_index/.test(statements[0]!.sql) ? 'index' : 'rows')
      return driver.batch(statements, options)
    },
  }
  expect((await searchItems(spy, ['order'])).hits).toHaveLength(20)
  expect((await searchItems(spy, ['zeppelin'])).hits).toMatchObject([{ rowId: 1 }])
  expect((await searchItems(spy, ['zeppelin'], { sessionId: 's' })).hits).toHaveLength(1)
  expect((await searchItems(spy, ['ze'])).hits).toHaveLength(1)
  expect(batches).toEqual(['rows', 'rows', 'index', 'rows', 'rows'])
  await driver.close()
})

/** An index of two rows, one of which is a `zeppelin`. */
async function givenIndex(): Promise<SqlDriver> {
  const driver = nodeSqliteDriver(':memory:')
  await new SessionStore(driver).append('s', [{ content: 'the zeppelin' }, { content: 'an order' }])
  expect(await indexItems(driver)).toBe(2)
  return driver
}

const run = (driver: SqlDriver, ...sql: string[]) => driver.batch(sql.map((one) => ({ sql: one })))

test('an index whose triggers went with a renamed table counts as missing', async () => {
  const driver = await givenIndex()
  await run(driver, 'alter table agent_messages rename to elsewhere', 'drop table agent_sessions')
  await new SessionStore(driver).append('s', [{ content: 'an order' }, { content: 'the zeppelin' }])
  expect(await countUnindexed(driver)).toBeUndefined()
  await expectSameHits(driver)
  expect(await indexItems(driver)).toBe(2)
  expect(await countUnindexed(driver)).toBe(0)
  await driver.close()
})

test('an index that came as a schema without rows counts as missing', async () => {
  const indexed = await givenIndex()
  const driver = nodeSqliteDriver(':memory:')
  await new SessionStore(driver).append('s', [{ content: 'the zeppelin' }, { content: 'an order' }])
  const [schema] = await run(
    indexed,
    `select sql from sqlite_master where name in ('agent_sessions_search', 'agent_sessions_unindexed')
      or type = 'trigger' and name like 'agent_sessions_search%' order by type = 'trigger'`,
  )
  await run(driver, ...schema!.rows.map(([sql]) => String(sql)))
  expect(await countUnindexed(driver)).toBeUndefined()
  await expectSameHits(driver)
  await new SessionStore(driver).append('s', [{ content: 'another zeppelin' }])
  await expectSameHits(driver)
  expect(await indexItems(driver)).toBe(3)
  expect(await countUnindexed(driver)).toBe(0)
  await expectSameHits(driver)
  await indexed.close()
  await driver.close()
})

test.each([true, false])(
  'says how to mend an index that lost its table, with createTables %s',
  async (createTables) => {
    const driver = await givenIndex()
    await run(driver, 'drop table agent_sessions_unindexed')
    const store = new SessionStore(driver, { createTables })
    const mends = {
      code: 'NO_SUCH_TABLE',
      message: expect.stringMatching(/"agent_sessions_unindexed".*`dropItemIndex`/),
    }
    await expect(store.append('s', [{ content: 'more' }])).rejects.toMatchObject(mends)
    await expect(store.clear('s')).rejects.toMatchObject(mends)
    await expectSameHits(driver)
    await dropItemIndex(driver)
    await store.append('s', [{ content: 'more' }])
    expect(await indexItems(driver)).toBe(3)
    await run(driver, 'drop table agent_sessions_unindexed')
    expect(await indexItems(driver)).toBe(3)
    await store.append('s', [{ content: 'more' }])
    await expectSameHits(driver)
    await driver.close()
  },
)

test('an index that goes between two batches of a search costs no hit', async () => {
  const driver = await givenIndex()
  const losing: SqlDriver = {
    ...driver,
    async batch(statements, options) {
      if (statements[0]!.sql.includes('by_index')) {
        await run(
          driver,
          'drop trigger agent_sessions_search_1_update',
          `update agent_messages set message_data = '{"content":"another zeppelin"}' where id = 2`,
          'delete from agent_sessions_unindexed',
        )
      }
      return driver.batch(statements, options)
    },
  }
  const { hits } = await searchItems(indexOnlyDriver(losing), ['zeppelin'])
  expect(hits.map(({ rowId }) => rowId)).toEqual([2, 1])
  await driver.close()
})

test('a row gets another stamp by whatever statement, so that nobody indexes what it was', async () => {
  const driver = await givenIndex()
  await run(driver, `update agent_messages set message_data = '{"content":"x"}' where id = 1`)
  let isFirst = true
  const slow: SqlDriver = {
    ...driver,
    async batch(statements, options) {
      if (isFirst && statements.some(({ sql }) => sql.startsWith('insert into "agent_sessions_search"'))) {
        isFirst = false
        await run(driver, `update or ignore agent_messages set message_data = '{"content":"zeppelin"}'`)
      }
      return driver.batch(statements, options)
    },
  }
  expect(await indexItems(slow)).toBe(0)
  expect(await countUnindexed(driver)).toBe(2)
  await driver.close()
})

test('the index forgets what rows no longer hold', async () => {
  const driver = await givenIndex()
  await run(
    driver,
    `update agent_messages set message_data = '{"content":"x"}' where id = 1`,
    'delete from agent_messages where id = 2',
  )
  await indexItems(driver)
  const [kept, asBefore] = await run(
    driver,
    'select id from agent_sessions_search_docsize',
    `select rowid from agent_sessions_search('"${(gramsOf(['zep'])![0]! >>> 0).toString(36)}"')`,
  )
  expect([kept?.rows, asBefore?.rows]).toEqual([[[1]], []])
  await driver.close()
})

/** The driver, on an SQLite without FTS5, which is asked for it by this text. */
function withoutFts(driver: SqlDriver, text: string): SqlDriver {
  return {
    ...driver,
    async batch(statements, options) {
      if (statements.some(({ sql }) => sql.includes(text))) {
        throw new StorageError('SQL_ERROR', 'no such module: fts5')
      }
      return driver.batch(statements, options)
    },
  }
}

test('an index that cannot be used costs no hit', async () => {
  const driver = nodeSqliteDriver(':memory:')
  await new SessionStore(driver).append('s', [{ content: 'the zeppelin' }])
  await indexItems(driver)
  const broken = withoutFts(driver, ' match ')
  expect((await searchItems(indexOnlyDriver(broken), ['zeppelin'])).hits).toHaveLength(1)
  await driver.close()
})

test('what does not fit into one answer or one batch is indexed in parts, or stays noted', async () => {
  const driver = nodeSqliteDriver(':memory:')
  const texts = Array.from({ length: 6 }, (_, n) => `zeppelin ${n} `.repeat(20))
  await new SessionStore(driver).append(
    's',
    [...texts, 'a \u0378'].map((content) => ({ content })),
  )
  const small = limitedDriver(driver, 600)
  const writesLittle: SqlDriver = {
    ...small,
    batch(statements, options) {
      const isLong = statements.some(({ params = [] }) => params.some((one) => String(one).length > 250))
      if (isLong) throw new StorageError('TOO_LARGE', 'A parameter is too long.')
      return small.batch(statements, options)
    },
  }
  expect(await indexItems(writesLittle, { limit: 2 })).toBe(1)
  expect(await indexItems(small)).toBe(5)
  expect(await countUnindexed(driver)).toBe(1)
  await expectSameHits(driver)
  const aborted = AbortSignal.abort()
  expect(await indexItems(driver, { signal: aborted })).toBe(0)
  await driver.close()
})

test('indexes nothing of what is not asked for, and says what it needs', async () => {
  const driver = nodeSqliteDriver(':memory:')
  await expect(indexItems(driver, { limit: 1.5 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  await expect(indexItems(driver, { createTables: false })).rejects.toMatchObject({ code: 'NO_SUCH_TABLE' })
  const needsFts = { code: 'INVALID_ARGUMENT', message: expect.stringContaining('was built without it') }
  await expect(indexItems(withoutFts(driver, 'using fts5'))).rejects.toMatchObject(needsFts)
  await new SessionStore(driver).append('s', [{ content: 'the zeppelin' }])
  await indexItems(driver, { limit: 0 })
  const opened = withoutFts(driver, '"agent_sessions_search"')
  await expect(indexItems(opened)).rejects.toMatchObject(needsFts)
  await expect(dropItemIndex(opened)).rejects.toMatchObject(needsFts)
  await driver.close()
})

test('lets others run between its batches, who may end it', async () => {
  const driver = nodeSqliteDriver(':memory:')
  const items = Array.from({ length: 1200 }, (_, n) => ({ content: `zeppelin ${n}` }))
  await new SessionStore(driver).append('s', items)
  const controller = new AbortController()
  const indexed = indexItems(driver, { signal: controller.signal, onProgress: abortLater })
  expect(await indexed).toBe(500)
  expect(await countUnindexed(driver)).toBe(700)
  await driver.close()

  function abortLater() {
    setTimeout(() => controller.abort())
  }
})
