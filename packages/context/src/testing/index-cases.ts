import type { SqlDriver } from '@persql/session-core'
import { expect } from 'vitest'
import type { MemoryStore } from '../memory-store.ts'
import { openMemory } from '../open-memory.ts'
import { expectIndexesToAgree, TABLES } from './expect-indexes-to-agree.ts'
import type { TestCase } from './memory-store-case.ts'
import { readOnly } from './word-cases.ts'

/** The text indexes of the first layout, as it made them, but for the searching of characters. */
const FORMER = TABLES.flatMap((table) => {
  const columns = table === 'ctx_memory' ? ['name', 'description', 'body'] : ['title', 'body']
  const rowId = table === 'ctx_memory' ? 'rowid' : 'row'
  const values = (row: string) => [rowId, ...columns].map((column) => `${row}.${column}`).join(', ')
  const add = `insert into ${table}_fts(rowid, ${columns.join(', ')}) values (${values('new')});`
  const remove = `insert into ${table}_fts(${table}_fts, rowid, ${columns.join(', ')}) values ('delete', ${values('old')});`
  return [
    `create virtual table ${table}_fts using fts5(${columns.join(', ')}, content='${table}', content_rowid='${rowId}', tokenize='porter unicode61')`,
    `create trigger ${table}_ai after insert on ${table} begin ${add} end`,
    `create trigger ${table}_ad after delete on ${table} begin ${remove} end`,
    `create trigger ${table}_au after update on ${table} begin ${remove} ${add} end`,
    `create virtual table ${table}_chars using fts5(text, content='', contentless_delete=1, tokenize='porter unicode61')`,
    `create trigger ${table}_chars_ai after insert on ${table} begin insert into ${table}_chars(rowid, text) values (new.${rowId}, new.body); end`,
    `create trigger ${table}_chars_ad after delete on ${table} begin delete from ${table}_chars where rowid = old.${rowId}; end`,
    `create trigger ${table}_chars_au after update on ${table} begin delete from ${table}_chars where rowid = old.${rowId}; end`,
  ]
})

/** Makes a database with what the first layout had beside the tables of today. */
async function makeFormerLayout(driver: SqlDriver, store: MemoryStore) {
  await store.init()
  const drops = TABLES.flatMap((table) => [
    `drop table ${table}_words`,
    ...['ai', 'au', 'ad'].map((event) => `drop trigger ${table}_words_${event}`),
  ])
  const statements = [...drops, 'drop table ctx_unindexed', ...FORMER, 'update ctx_layout set version = 1']
  await driver.batch(statements.map((sql) => ({ sql })))
}

export function indexCases(test: TestCase): void {
  test('takes over a database of the first layout, and drops its indexes', async ({ store, driver }) => {
    await makeFormerLayout(driver, store())
    await driver.batch([
      {
        sql: `insert into ctx_memory (id, name, body, created_at, updated_at) values ('m_1', 'old', 'Weißgerber 東京', 1, 1)`,
      },
      { sql: `insert into ctx_episode (id, body, happened_at) values ('ep_1', 'on-call', 1)` },
    ])
    // Another handle on the database does not know its tables.
    const memory = openMemory({ ...driver })
    await memory.remember({ name: 'new', body: 'Αθήνα' })
    expect(await memory.recall('weissgerber')).toMatchObject([{ name: 'old' }])
    expect(await memory.recall('oncall')).toMatchObject([{ name: 'ep_1' }])
    expect(await memory.recall('Αθηνα')).toMatchObject([{ name: 'new' }])
    await memory.remember({ name: 'old', body: 'now tea' })
    expect(await memory.recall('weissgerber')).toEqual([])
    const [left, version] = await driver.batch([
      {
        sql: `select name from sqlite_master where name glob '*_fts*' or name glob '*_chars*' or name = 'ctx_memory_au'`,
      },
      { sql: 'select version from ctx_layout' },
    ])
    expect(left!.rows).toEqual([])
    expect(version!.rows).toEqual([[2]])
    await expectIndexesToAgree(driver)
  })

  test('reads a database of the first layout also where it may not write', async ({ store, driver }) => {
    await makeFormerLayout(driver, store())
    await driver.batch([
      {
        sql: `insert into ctx_memory (id, name, body, created_at, updated_at) values ('m_1', 'old', 'Weißgerber 東京', 1, 1)`,
      },
    ])
    const memory = openMemory(readOnly(driver))
    expect(await memory.recall('weissgerber')).toMatchObject([{ name: 'old' }])
    expect(await memory.recall('東京')).toMatchObject([{ name: 'old' }])
    expect(await memory.get('old')).toMatchObject({ id: 'm_1' })
  })

  test('keeps the indexes in few segments, unless somebody chose otherwise', async ({ store, driver }) => {
    for (let n = 0; n < 12; n++) {
      await store().remember({ name: `fact ${n}`, body: '東京駅 tea' })
      await store().record({ title: `episode ${n}`, body: '東京駅 tea' })
    }
    const indexes = TABLES.map((table) => `${table}_words`)
    const counts = await driver.batch(
      indexes.map((index) => ({ sql: `select count(distinct segid) from ${index}_idx` })),
    )
    for (const { rows } of counts) expect(rows[0]![0]).toBeLessThanOrEqual(6)

    await driver.batch([
      { sql: `insert into ctx_memory_words(ctx_memory_words, rank) values ('crisismerge', 14)` },
    ])
    // Another handle on the database does not know that the tables are made.
    await openMemory({ ...driver }).init()
    const [chosen] = await driver.batch([
      { sql: `select v from ctx_memory_words_config where k = 'crisismerge'` },
    ])
    expect(chosen!.rows).toEqual([[14]])
  })

  test('leaves the indexes as they were when a batch fails', async ({ store, driver }) => {
    await store().remember({ name: 'tokyo', body: '東京駅 tea' })
    const failing = driver.batch([
      { sql: `update ctx_memory set body = '大阪城 coffee'` },
      { sql: `delete from ctx_memory` },
      { sql: `insert into ctx_episode (id, body, happened_at) values ('e', '京都', 1)` },
      { sql: 'insert into ctx_memory (id) values (null)' },
    ])
    await expect(failing).rejects.toMatchObject({ code: 'CONSTRAINT' })
    expect(await store().recall('東京')).toHaveLength(1)
    expect(await store().recall('tea')).toHaveLength(1)
    expect(await store().recall('大阪 coffee 京都')).toEqual([])
    await expectIndexesToAgree(driver)
  })

  test('opens a database of the documented layout, and indexes what is in it', async ({ store, driver }) => {
    await driver.batch([
      {
        sql: `create table ctx_memory (id TEXT primary key, name TEXT not null unique, description TEXT not null default '',
          type TEXT not null default 'project', body TEXT not null, source TEXT, created_at INTEGER, updated_at INTEGER)`,
      },
      {
        sql: `create virtual table ctx_memory_fts using fts5(name, description, body, content='ctx_memory',
          content_rowid='rowid', tokenize='porter unicode61')`,
      },
      {
        sql: `create trigger ctx_memory_ai after insert on ctx_memory begin
          insert into ctx_memory_fts(rowid, name, description, body) values (new.rowid, new.name, new.description, new.body); end`,
      },
      {
        sql: `create trigger ctx_memory_ad after delete on ctx_memory begin
          insert into ctx_memory_fts(ctx_memory_fts, rowid, name, description, body) values ('delete', old.rowid, old.name, old.description, old.body); end`,
      },
      {
        sql: `create trigger ctx_memory_au after update on ctx_memory begin
          insert into ctx_memory_fts(ctx_memory_fts, rowid, name, description, body) values ('delete', old.rowid, old.name, old.description, old.body);
          insert into ctx_memory_fts(rowid, name, description, body) values (new.rowid, new.name, new.description, new.body); end`,
      },
      { sql: `insert into ctx_memory values ('m_1', 'old', '', 'user', '緑茶が好き tea', 'before', 1, 2)` },
    ])
    expect(await store().recall('緑茶')).toMatchObject([{ name: 'old', source: 'before' }])
    const memory = await store().remember({ name: 'old', body: 'now coffee' })
    expect(memory).toMatchObject({ id: 'm_1', createdAt: new Date(1) })
    expect(await store().recall('緑茶 tea')).toEqual([])
    await expectIndexesToAgree(driver)
    // The index of others stays, and is kept by their triggers.
    const [theirs] = await driver.batch([
      { sql: `select rowid from ctx_memory_fts where ctx_memory_fts match 'coffee'` },
    ])
    expect(theirs!.rows).toHaveLength(1)
  })

  test('brings the indexes up to date on init, when the rows were numbered anew', async ({
    store,
    driver,
  }) => {
    for (const name of ['a', 'b', 'c']) await store().remember({ name, body: `${name} 東京駅 ${name}` })
    await store().forget('a')
    // What VACUUM may do to a table without an integer key: the index does not see it.
    const [found] = await driver.batch([
      { sql: `select sql from sqlite_master where name = 'ctx_memory_words_au'` },
    ])
    await driver.batch([
      { sql: 'drop trigger ctx_memory_words_au' },
      { sql: 'update ctx_memory set rowid = rowid - 1' },
      ...found!.rows.map(([sql]) => ({ sql: String(sql) })),
    ])
    await store().init()
    expect((await store().recall('東京')).map(({ name }) => name).sort()).toEqual(['b', 'c'])
    expect(await store().recall('b')).toMatchObject([{ name: 'b' }])
    await expectIndexesToAgree(driver)
  })
}
