import {
  countUnindexed,
  dropItemIndex,
  indexItems,
  isStorageError,
  SessionCatalog,
  SessionStore,
  type SqlDriver,
  type SqlStatement,
  searchItems,
} from '@persql/session-core'
import { everyDatabase } from '@persql/test-support/postgres-databases'
import {
  itemOf,
  searchSteps,
  sessionOf,
  takeSearchStep,
  tellingOfIndex,
  wantedTexts,
} from '@persql/test-support/search-model'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { postgresDriver } from '../src/index.ts'

const KINDS = ['insert', 'update', 'delete', 'replica'] as const
const kind = (x: number) => `agent_sessions_search_${KINDS[x % KINDS.length]}`

// Ids that are handed out to nobody else.
const insertAt = (x: number, y: number, text: string) =>
  `insert into agent_messages (id, session_id, message_data) values (${-y}, '${sessionOf(x)}', '${itemOf(text)}')`
const update = (_: number, y: number, text: string) =>
  `update agent_messages set message_data = '${itemOf(text)}' where id = ${y}`

/** What a stranger does, who knows nothing of an index. */
const FOREIGN: Readonly<Record<string, (x: number, y: number, text: string) => string>> = {
  add: (x, _, text) =>
    `insert into agent_messages (session_id, message_data) values ('${sessionOf(x)}', '${itemOf(text)}')`,
  insertAt,
  replaceAt: (x, y, text) =>
    `${insertAt(x, y, text)} on conflict (id) do update set message_data = excluded.message_data`,
  update,
  moveId: (x, y) => `update agent_messages set id = ${-x} where id = ${y}`,
  deleteAt: (_, y) => `delete from agent_messages where id = ${y}`,
  merge: (_, y, text) => `merge into agent_messages as m using (select 1) as given on m.id >= ${y}
    when matched and m.id = ${y} then delete when matched then update set message_data = '${itemOf(text)}'`,
  cascade: (x) => `delete from agent_sessions where session_id = '${sessionOf(x)}'`,
  corrupt: (_, y, text) => `update agent_messages set message_data = '{${itemOf(text)}' where id = ${y}`,
  rolledBack: (x, y, text) => `begin; ${update(x, y, text)}; rollback`,
  truncate: () => 'truncate agent_messages',
  refill: (x, y, text) =>
    `create temporary table kept as select * from agent_messages; truncate agent_messages;
      insert into agent_messages select * from kept; ${update(x, y, text)}`,
  rewrite: (_, y, text) =>
    `alter table agent_messages alter message_data type text using case when id = ${y} then '${itemOf(text)}' else message_data end`,
  asReplica: (x, y, text) =>
    `set local session_replication_role = replica; ${x % 2 ? update(x, y, text) : insertAt(x, y, text)}`,
  withoutTriggers: (x, y, text) =>
    `alter table agent_messages disable trigger user; ${update(x, y, text)}; alter table agent_messages enable trigger user`,
  withoutTrigger: (x, y, text) =>
    `alter table agent_messages disable trigger ${kind(x)}; ${update(x, y, text)}; alter table agent_messages enable trigger ${kind(x)}`,
  dropTrigger: (x, y, text) => `drop trigger ${kind(x)} on agent_messages; ${update(x, y, text)}`,
  dropIndex: () => 'drop table agent_sessions_search',
  dropNotes: (x, y, text) => `drop table agent_sessions_unindexed; ${update(x, y, text)}`,
  emptyNotes: (x, y, text) => `${update(x, y, text)}; truncate agent_sessions_unindexed`,
  dropTable: () => 'drop table agent_messages',
  dropAll: () => 'drop table agent_messages, agent_sessions, agent_sessions_marks',
  rename: () =>
    'alter table agent_messages rename to elsewhere; alter table elsewhere rename to agent_messages',
  moveAway: (x, y, text) =>
    `create schema if not exists away; alter table agent_messages set schema away; set local search_path = away;
      ${update(x, y, text)}; alter table away.agent_messages set schema public`,
  inherit: (x, y, text) =>
    `create table heir () inherits (agent_messages); insert into heir (id, session_id, message_data) values (${1000 + y}, '${sessionOf(x)}', '${itemOf(text)}')`,
  policy: () => 'alter table agent_messages enable row level security',
}

interface Part {
  /** What a stranger does once all rows are indexed, of which the second one then holds "zeppelin". */
  readonly change: string
  /** The same statement without the part. */
  readonly without: (sql: string) => string
}

const ZEPPELIN = update(0, 2, 'a zeppelin')
const TRIGGER = 'trigger agent_sessions_search_update'

/** What each part of the triggers and of the check is there for: without it, the change is not found. */
const PARTS: Readonly<Record<string, Part>> = {
  'a row changed': {
    change: ZEPPELIN,
    without: (sql) =>
      sql.replaceAll(
        "when 'UPDATE' then changed := array(",
        "when 'UPDATE' then return null; changed := array(",
      ),
  },
  'a row added': {
    change: insertAt(1, 9, 'a zeppelin'),
    without: (sql) =>
      sql.replaceAll(
        "when 'INSERT' then changed := array(",
        "when 'INSERT' then return null; changed := array(",
      ),
  },
  'a row given another id': {
    change: `alter table agent_messages disable ${TRIGGER}; update agent_messages set id = 12 where id = 2;
      ${update(0, 12, 'a zeppelin')}; alter table agent_messages enable ${TRIGGER}; update agent_messages set id = 2 where id = 12`,
    without: (sql) =>
      sql
        .replaceAll('select id from gone union all select id from come', 'select id from gone')
        .replaceAll("string_agg(t.xmin::text, ' ' order by t.tgname)", "''"),
  },
  'a change that logical replication applies': {
    change: `set local session_replication_role = replica; ${ZEPPELIN}`,
    without: (sql) => sql.replaceAll("if tg_level = 'ROW' then", "if tg_level = 'ROW' then return null;"),
  },
  'a column that was rewritten': {
    change: FOREIGN['rewrite']!(0, 2, 'a zeppelin'),
    without: (sql) => sql.replaceAll('items.xmin, notes.xmin', 'notes.xmin'),
  },
  'notes taken away': {
    change: `${ZEPPELIN}; truncate agent_sessions_unindexed`,
    without: (sql) => sql.replaceAll('items.xmin, notes.xmin', 'items.xmin'),
  },
  'a row changed while a trigger was off': {
    change: `alter table agent_messages disable ${TRIGGER}; ${ZEPPELIN}; alter table agent_messages enable ${TRIGGER}`,
    without: (sql) => sql.replaceAll("string_agg(t.xmin::text, ' ' order by t.tgname)", "''"),
  },
  'a row changed where a trigger is missing': {
    change: `drop ${TRIGGER} on agent_messages; ${ZEPPELIN}`,
    without: (sql) =>
      sql
        .replaceAll('triggers.number = 4', 'true')
        .replaceAll("string_agg(t.xmin::text, ' ' order by t.tgname)", "''"),
  },
  'a row in a table that inherits': {
    change: FOREIGN['inherit']!(1, 0, 'a zeppelin'),
    without: (sql) =>
      sql
        .replaceAll('where items.oid in (inhrelid', 'where false and items.oid in (inhrelid')
        .replaceAll('items.xmin, notes.xmin', 'notes.xmin'),
  },
}

/** The table may have become one that cannot be indexed. */
function unlessUnfit(error: unknown): void {
  if (!isStorageError(error, 'INVALID_ARGUMENT')) throw error
}

/** The driver, for searches that find nothing among the newest rows, and so ask the index if there is one. */
function passesOverRecent(driver: SqlDriver): SqlDriver {
  return rewriting(driver, (sql) => sql.replace(/max\(id\) - \d+/, 'max(id) + 1'))
}

function rewriting(driver: SqlDriver, rewrite: (sql: string) => string): SqlDriver {
  const toRewritten = ({ sql, ...rest }: SqlStatement) => ({ ...rest, sql: rewrite(sql) })
  return { ...driver, batch: (statements, options) => driver.batch(statements.map(toRewritten), options) }
}

/** Searches what the index has, if there is one, and each session, for which no index is asked. */
async function expectSameHits(driver: SqlDriver, wanted: readonly (readonly string[])[]): Promise<void> {
  for (const texts of wanted) {
    const { hits } = await searchItems(passesOverRecent(driver), texts, { limit: 100 })
    const pages = await Promise.all(
      ['a', 'b'].map((sessionId) => searchItems(driver, texts, { sessionId, limit: 100 })),
    )
    const all = pages.flatMap((page) => page.hits).sort((one, other) => other.rowId - one.rowId)
    expect({ texts, hits }).toEqual({ texts, hits: all })
  }
}

for (const databases of everyDatabase()) {
  describe(`an index of items on ${databases.name}`, () => {
    let url: string
    let drivers: SqlDriver[]

    beforeEach(async ({ task }) => {
      url = await databases.urlOf(task.name)
      drivers = []
    })
    afterEach(close)
    afterAll(() => databases.close())

    async function close(): Promise<void> {
      for (const driver of drivers.splice(0)) await driver.close()
    }

    function open(): SqlDriver {
      const driver = postgresDriver({ url, connection: { max: 2 } })
      drivers.push(driver)
      return driver
    }

    async function foreign(...statements: string[]): Promise<void> {
      const client = new pg.Client({ connectionString: url })
      client.on('error', () => {})
      await client.connect()
      try {
        for (const statement of statements) await client.query(statement)
      } finally {
        await client.end()
      }
    }

    async function startOver(): Promise<void> {
      await close()
      await foreign('drop schema if exists away cascade; drop schema public cascade; create schema public')
    }

    test('finds the same as a search without it, whatever anybody does', { timeout: 600_000 }, async () => {
      let asked = 0
      await fc.assert(
        fc
          .asyncProperty(searchSteps(Object.keys(FOREIGN)), async (steps) => {
            const driver = tellingOfIndex(open(), () => asked++)
            const second = open()
            const store = new SessionStore<{ content: string }>(driver)
            const catalog = new SessionCatalog(driver)
            for (const step of steps) {
              await takeSearchStep(step, {
                append: (session, items) => store.append(session, items),
                pop: (session) => store.pop(session),
                clear: (session) => store.clear(session),
                fork: (from, to) => catalog.fork(from, to),
                index: (limit) => indexItems(driver, { limit }).catch(unlessUnfit),
                indexTwice: () => Promise.all([indexItems(driver), indexItems(second)]).catch(unlessUnfit),
                drop: () => dropItemIndex(driver),
                foreign: (name, x, y, text) => foreign(FOREIGN[name]!(x, y, text)),
              })
              await expectSameHits(driver, wantedTexts(steps))
            }
          })
          .beforeEach(startOver),
        { numRuns: 20 },
      )
      expect(asked).toBeGreaterThan(20)
    })

    test.each(Object.entries(PARTS))('finds %s', async (_, { change, without }) => {
      const unchanged = (sql: string) => sql
      for (const [part, found] of [
        [unchanged, 1],
        [without, 0],
      ] as const) {
        await startOver()
        const driver = rewriting(open(), part)
        await new SessionStore(driver).append(
          'a',
          ['one', 'two', 'three'].map((content) => ({ content })),
        )
        expect(await indexItems(driver)).toBe(3)
        await foreign(change)
        const { hits } = await searchItems(passesOverRecent(driver), ['zeppelin'])
        expect(hits).toHaveLength(found)
      }
    })

    test('notes a row that was written before the index was made, and committed later', async () => {
      const driver = open()
      await new SessionStore(driver).append('a', [{ content: 'an order' }])
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      await client.query('begin')
      await client.query(
        `insert into agent_messages (session_id, message_data) values ('a', '{"content":"zeppelin"}')`,
      )
      const indexing = indexItems(driver)
      await client.query('commit')
      await client.end()
      expect(await indexing).toBe(2)
      expect(await countUnindexed(driver)).toBe(0)
      await expectSameHits(driver, [['zeppelin'], ['order']])
    })

    test('refuses a table whose rows others may not see', async () => {
      const driver = open()
      await new SessionStore(driver).append('a', [{ content: 'an order' }])
      await foreign('alter table agent_messages enable row level security')
      await expect(indexItems(driver)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
      expect(await countUnindexed(driver)).toBeUndefined()
    })
  })
}
