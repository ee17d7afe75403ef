import type { SqlDriver } from '@persql/session-core'
import { expect } from 'vitest'
import { context } from '../context.ts'
import type { Cases } from './describe-context-store.ts'

const TABLES = ['ctx_memory', 'ctx_episode']

/** Every word of an index with its row and place. */
async function contents(driver: SqlDriver, index: string) {
  const [, result] = await driver.batch([
    { sql: `create virtual table vocabulary using fts5vocab('${index}', 'instance')` },
    { sql: 'select term, doc, col, "offset" from vocabulary order by 1, 2, 3, 4' },
    { sql: 'drop table vocabulary' },
  ])
  return result!.rows
}

/** Expects of all text indexes that they hold exactly what they would hold if they were made now. */
export async function expectIndexesToAgree(driver: SqlDriver): Promise<void> {
  for (const table of TABLES) {
    const rowId = table === 'ctx_memory' ? 'rowid' : 'row'
    const kept = [await contents(driver, `${table}_fts`), await contents(driver, `${table}_chars`)]
    await driver.batch([
      // Rows of SQLite's own integrity check, which compares the index with the rows.
      { sql: `insert into ${table}_fts(${table}_fts, rank) values ('integrity-check', 1)` },
      { sql: `insert into ${table}_fts(${table}_fts) values ('rebuild')` },
      { sql: `insert into ${table}_chars(${table}_chars) values ('delete-all')` },
      // An update of every row fills the index of characters by its triggers.
      { sql: `update ${table} set body = body where ${rowId} > 0` },
    ])
    const made = [await contents(driver, `${table}_fts`), await contents(driver, `${table}_chars`)]
    expect(kept, table).toEqual(made)
  }
}

export const indexCases: Cases = {
  async 'finds English words by their stems'({ store }) {
    await store().remember({ name: 'n', body: 'They were running late' })
    expect(await store().recall('runs')).toHaveLength(1)
  },

  async 'finds characters wherever they are in a long text'({ store }) {
    const filler = (count: number) => '中'.repeat(count)
    for (const before of [0, 253, 254, 255, 256, 511, 99_000]) {
      await store().remember({ name: 'long', body: `${filler(before)}東京駅${filler(300)}` })
      expect(await store().recall('東京駅'), String(before)).toHaveLength(1)
    }
  },

  async 'keeps the indexes in step with rows that others write'({ store, driver }) {
    await store().init()
    const insert = `insert into ctx_memory (id, name, body, created_at, updated_at) values (?, ?, ?, 1, 1)`
    await driver.batch([
      { sql: insert, params: ['m_1', 'tokyo', '東京駅で待つ'] },
      { sql: insert, params: ['m_2', 'plain', 'green tea'] },
    ])
    expect(await store().recall('東京')).toMatchObject([{ name: 'tokyo' }])
    await driver.batch([
      { sql: `update ctx_memory set body = '大阪城' where name = 'tokyo'` },
      { sql: `update ctx_memory set body = '緑茶' where name = 'plain'` },
    ])
    expect(await store().recall('東京')).toEqual([])
    expect(await store().recall('大阪')).toMatchObject([{ name: 'tokyo' }])
    expect(await store().recall('緑茶')).toMatchObject([{ name: 'plain' }])
    await driver.batch([{ sql: `delete from ctx_memory where name = 'tokyo'` }])
    expect(await store().recall('大阪')).toEqual([])
    await expectIndexesToAgree(driver)
  },

  async 'keeps the indexes in few segments, unless somebody chose otherwise'({ store, driver }) {
    for (let n = 0; n < 12; n++) {
      await store().remember({ name: `fact ${n}`, body: '東京駅 tea' })
      await store().record({ title: `episode ${n}`, body: '東京駅 tea' })
    }
    const indexes = TABLES.flatMap((table) => [`${table}_fts`, `${table}_chars`])
    const counts = await driver.batch(
      indexes.map((index) => ({ sql: `select count(distinct segid) from ${index}_idx` })),
    )
    for (const { rows } of counts) expect(rows[0]![0]).toBeLessThanOrEqual(6)

    await driver.batch([
      { sql: `insert into ctx_memory_fts(ctx_memory_fts, rank) values ('crisismerge', 14)` },
    ])
    // Another handle on the database does not know that the tables are made.
    await context({ ...driver }).init()
    const [chosen] = await driver.batch([
      { sql: `select v from ctx_memory_fts_config where k = 'crisismerge'` },
    ])
    expect(chosen!.rows).toEqual([[14]])
  },

  async 'leaves the indexes as they were when a batch fails'({ store, driver }) {
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
  },

  async 'opens a database of the documented layout, and indexes what is in it'({ store, driver }) {
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
  },

  async 'brings the indexes up to date on init, when the rows were numbered anew'({ store, driver }) {
    for (const name of ['a', 'b', 'c']) await store().remember({ name, body: `${name} 東京駅 ${name}` })
    await store().forget('a')
    // What VACUUM may do to a table without an integer key: the index does not see it.
    const triggers = ['ctx_memory_au', 'ctx_memory_chars_au']
    const [found] = await driver.batch([
      { sql: `select sql from sqlite_master where name in ('ctx_memory_au', 'ctx_memory_chars_au')` },
    ])
    await driver.batch([
      ...triggers.map((name) => ({ sql: `drop trigger ${name}` })),
      { sql: 'update ctx_memory set rowid = rowid - 1' },
      ...found!.rows.map(([sql]) => ({ sql: String(sql) })),
    ])
    await store().init()
    expect((await store().recall('東京')).map(({ name }) => name).sort()).toEqual(['b', 'c'])
    expect(await store().recall('b')).toMatchObject([{ name: 'b' }])
    await expectIndexesToAgree(driver)
  },

  async 'recalls among many rows that have the same words'({ store, driver }) {
    await store().init()
    const rows = Array.from({ length: 4000 }, (_, n) => [`m_${n}`, `note ${n}`, `weekly report ${n}`])
    await driver.batch([
      {
        sql: `insert into ctx_memory (id, name, body, created_at, updated_at)
          select value ->> 0, value ->> 1, value ->> 2, 1, 1 from json_each(?)`,
        params: [JSON.stringify(rows)],
      },
    ])
    await store().remember({ name: 'rare', body: 'weekly zebra report' })
    await store().remember({ name: 'rarer', body: 'a zebra at the zoo' })
    expect((await store().recall('weekly report zebra'))[0]).toMatchObject({ name: 'rare' })
    expect((await store().recall('weekly report'))[0]).toMatchObject({ name: 'rare' })
    expect((await store().recall('report 1234'))[0]).toMatchObject({ name: 'note 1234' })
    expect(await store().recall('weekly OR zebra', { limit: 5000 })).toHaveLength(4002)
  },
}
