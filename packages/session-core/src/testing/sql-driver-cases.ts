import { expect } from 'vitest'
import type { SqlDriver, SqlStatement, SqlValue } from '../driver/sql-driver.ts'
import type { StorageErrorCode } from '../driver/storage-error.ts'
import { searchItems } from '../search/search-items.ts'
import { RawSessions } from '../sessions/raw-sessions.ts'
import { SessionCatalog } from '../sessions/session-catalog.ts'
import { SessionStore } from '../sessions/session-store.ts'
import { limitedDriver } from './limited-driver.ts'
import type { SqlDriverCase } from './sql-driver-case.ts'

const TABLE = { sql: 'create table t (id integer primary key, value, name text unique)' }
const insert = (value: SqlValue, name: string | null = null): SqlStatement => ({
  sql: 'insert into t (value, name) values (?, ?)',
  params: [value, name],
})
const SELECT = { sql: 'select value from t order by id' }

async function values(driver: SqlDriver): Promise<SqlValue[]> {
  const [result] = await driver.batch([SELECT], { readOnly: true })
  return result!.rows.map(([value]) => value!)
}

async function refuses(driver: SqlDriver, statements: readonly SqlStatement[], code: StorageErrorCode) {
  await expect(driver.batch(statements)).rejects.toMatchObject({ name: 'StorageError', code })
}

/** By the name of the case. Each has a database of its own. */
export const sqlDriverCases: Record<string, (given: SqlDriverCase) => Promise<void>> = {
  async 'resolves with one result per statement, in order'({ driver }) {
    const results = await driver.batch([TABLE, insert(1), SELECT, insert(2), SELECT])
    expect(results).toHaveLength(5)
    expect(results[2]?.rows).toEqual([[1]])
    expect(results[4]?.rows).toEqual([[1], [2]])
  },

  async 'resolves with an empty list for no statements'({ driver }) {
    expect(await driver.batch([])).toEqual([])
  },

  async 'gives rows as arrays of cells in the order of the column names'({ driver }) {
    const [result] = await driver.batch([{ sql: 'select 2 as b, 1 as a union all select 4, 3' }])
    expect(result?.columns).toEqual(['b', 'a'])
    expect(result?.rows).toEqual([
      [2, 1],
      [4, 3],
    ])
  },

  async 'gives the cells of a single column as rows, and as cells only where they are the same'({ driver }) {
    const [result] = await driver.batch([{ sql: 'select 1 as a union all select 2' }])
    expect(result?.columns).toEqual(['a'])
    expect(result?.rows).toEqual([[1], [2]])
    expect(result?.cells ?? [1, 2]).toEqual([1, 2])
  },

  async 'names the columns of an empty result'({ driver }) {
    const [, result] = await driver.batch([TABLE, { sql: 'select id, name from t' }])
    expect(result).toMatchObject({ columns: ['id', 'name'], rows: [] })
  },

  async 'keeps the cells of columns that have the same name'({ driver }) {
    const [result] = await driver.batch([{ sql: 'select 1 as a, 2 as a' }])
    expect(result?.rows).toEqual([[1, 2]])
  },

  async 'gives no columns and no rows for a statement that returns none'({ driver }) {
    const [created, inserted] = await driver.batch([TABLE, insert(1)])
    expect(created).toMatchObject({ columns: [], rows: [] })
    expect(inserted).toMatchObject({ columns: [], rows: [] })
  },

  async 'gives back null, text and numbers unchanged'({ driver }) {
    const given = [null, '', 'naïve 漢字 🙂', 'quote \' and " and \\', 0, -1, 1.5, 1e300, 2 ** 53 - 1]
    await driver.batch([TABLE, ...given.map((value) => insert(value))])
    expect(await values(driver)).toEqual(given)
  },

  async 'gives back bytes as a plain Uint8Array'({ driver }) {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    await driver.batch([TABLE, insert(bytes), insert(new Uint8Array())])
    const [first, second] = await values(driver)
    expect(first).toStrictEqual(bytes)
    expect(second).toStrictEqual(new Uint8Array())
  },

  async 'takes and gives integers beyond 2^53 as bigints'({ driver }) {
    await driver.batch([TABLE, insert(2n ** 53n + 1n), insert(-(2n ** 63n)), insert(7n)])
    expect(await values(driver)).toEqual([2n ** 53n + 1n, -(2n ** 63n), 7])
  },

  async 'gives back a text of five million characters'({ driver }) {
    const text = 'abcdé'.repeat(1_000_000)
    await driver.batch([TABLE, insert(text)])
    expect((await values(driver))[0] === text).toBe(true)
  },

  async 'tells changes and the last row id right, where it tells them'({ driver }) {
    const [, inserted, updated] = await driver.batch([
      TABLE,
      { sql: 'insert into t (value) values (1), (2), (3)' },
      { sql: 'update t set value = 0 where id > 1' },
    ])
    expect(inserted?.changes ?? 3).toBe(3)
    expect(inserted?.lastInsertRowid ?? 3).toBe(3)
    expect(updated?.changes ?? 2).toBe(2)
  },

  async 'changes nothing when any statement of a batch fails'({ driver }) {
    await driver.batch([TABLE, insert('before', 'taken')])
    await refuses(
      driver,
      [
        insert('a'),
        { sql: 'create table u (x)' },
        { sql: 'delete from t' },
        insert('b', 'c'),
        insert('d', 'c'),
      ],
      'CONSTRAINT',
    )
    expect(await values(driver)).toEqual(['before'])
    await refuses(driver, [{ sql: 'select * from u' }], 'NO_SUCH_TABLE')
  },

  async 'says which statement failed'({ driver }) {
    await driver.batch([TABLE, insert(1, 'taken')])
    await expect(driver.batch([insert(2), insert(3, 'taken'), insert(4)])).rejects.toMatchObject({
      statementIndex: 1,
    })
  },

  async 'works on after a failed batch'({ driver }) {
    await driver.batch([TABLE])
    await refuses(driver, [insert(1), { sql: 'select * from missing' }], 'NO_SUCH_TABLE')
    await driver.batch([insert(2)])
    expect(await values(driver)).toEqual([2])
  },

  async 'rejects a table that does not exist with NO_SUCH_TABLE'({ driver }) {
    await refuses(driver, [{ sql: 'select * from missing' }], 'NO_SUCH_TABLE')
    await refuses(driver, [{ sql: 'insert into missing values (1)' }], 'NO_SUCH_TABLE')
  },

  async 'rejects what a constraint forbids with CONSTRAINT'({ driver }) {
    await driver.batch([
      TABLE,
      insert(1, 'taken'),
      { sql: 'create table c (t_id integer references t (id), n not null, k check (k > 0))' },
    ])
    await refuses(driver, [insert(2, 'taken')], 'CONSTRAINT')
    await refuses(driver, [{ sql: 'insert into c values (1, null, 1)' }], 'CONSTRAINT')
    await refuses(driver, [{ sql: 'insert into c values (1, 1, 0)' }], 'CONSTRAINT')
    await refuses(driver, [{ sql: 'insert into c values (99, 1, 1)' }], 'CONSTRAINT')
  },

  async 'rejects SQL that does not parse with INVALID_STATEMENT'({ driver }) {
    await refuses(driver, [{ sql: 'selec 1' }], 'INVALID_STATEMENT')
  },

  async 'rejects two statements in one text with INVALID_STATEMENT'({ driver }) {
    await driver.batch([TABLE])
    await refuses(driver, [{ sql: 'insert into t (value) values (1); delete from t' }], 'INVALID_STATEMENT')
    expect(await values(driver)).toEqual([])
  },

  async 'rejects too few and too many parameters with INVALID_STATEMENT'({ driver }) {
    await driver.batch([TABLE])
    const sql = 'insert into t (value, name) values (?, ?)'
    await refuses(driver, [{ sql, params: [1] }], 'INVALID_STATEMENT')
    await refuses(driver, [{ sql, params: [1, 'a', 2] }], 'INVALID_STATEMENT')
    await refuses(driver, [{ sql }], 'INVALID_STATEMENT')
    expect(await values(driver)).toEqual([])
  },

  async 'rejects parameters that SQL cannot hold with INVALID_STATEMENT, before the batch begins'({
    driver,
  }) {
    await driver.batch([TABLE])
    for (const value of [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      true,
      undefined,
      {},
      new Date(0),
      Symbol('s'),
    ]) {
      await refuses(driver, [insert('first'), insert(value as SqlValue)], 'INVALID_STATEMENT')
    }
    expect(await values(driver)).toEqual([])
  },

  async 'rejects statements that begin or end a transaction with INVALID_STATEMENT'({ driver }) {
    await driver.batch([TABLE])
    for (const sql of [
      'begin',
      'COMMIT',
      ' rollback',
      '-- note\nsavepoint s',
      '/* note */ end',
      'release s',
    ]) {
      await refuses(driver, [insert(1), { sql }], 'INVALID_STATEMENT')
      await refuses(driver, [{ sql }], 'INVALID_STATEMENT')
    }
    expect(await values(driver)).toEqual([])
  },

  async 'keeps parameters out of its errors'({ driver }) {
    const secret = 'hunter2'
    await driver.batch([TABLE, insert(1, secret)])
    const path = { sql: "select json_extract('{}', ?)", params: [secret] }
    for (const batch of [[insert(2, secret)], [path], [SELECT, path]]) {
      const error: unknown = await driver.batch(batch).catch((thrown) => thrown)
      expect(error).toMatchObject({ name: 'StorageError' })
      expect(String(error)).not.toContain(secret)
    }
  },

  async 'enforces foreign keys and cascades'({ driver }) {
    await driver.batch([
      TABLE,
      insert(1),
      { sql: 'create table c (t_id references t (id) on delete cascade)' },
      { sql: 'insert into c values (1)' },
    ])
    await driver.batch([{ sql: 'delete from t' }])
    const [result] = await driver.batch([{ sql: 'select count(*) from c' }])
    expect(result?.rows).toEqual([[0]])
  },

  async 'returns the rows of an INSERT or DELETE with RETURNING'({ driver }) {
    const [, inserted, deleted] = await driver.batch([
      TABLE,
      { sql: 'insert into t (value) values (7), (8) returning id, value' },
      { sql: 'delete from t where value = 7 returning value' },
    ])
    expect(inserted).toMatchObject({ columns: ['id', 'value'] })
    expect(inserted?.rows).toEqual([
      [1, 7],
      [2, 8],
    ])
    expect(deleted?.rows).toEqual([[7]])
  },

  async 'runs triggers that hold statements of their own'({ driver }) {
    await driver.batch([
      TABLE,
      { sql: 'create table log (id)' },
      { sql: 'create trigger forget after delete on t begin insert into log values (old.id); end' },
      insert(1),
    ])
    const [, result] = await driver.batch([{ sql: 'delete from t' }, { sql: 'select id from log' }])
    expect(result?.rows).toEqual([[1]])
  },

  async 'runs batches in the order of the calls, each one whole'({ driver }) {
    await driver.batch([TABLE])
    const batches = Array.from({ length: 20 }, (_, index) =>
      driver.batch([insert(index), insert(index), SELECT]),
    )
    const results = await Promise.all(batches)
    for (const [index, result] of results.entries()) expect(result[2]?.rows).toHaveLength((index + 1) * 2)
    expect(await values(driver)).toEqual(Array.from({ length: 40 }, (_, index) => Math.floor(index / 2)))
  },

  async 'reads with readOnly what was written before'({ driver }) {
    await driver.batch([TABLE, insert(1)])
    const results = await driver.batch([SELECT, SELECT], { readOnly: true })
    expect(results.map(({ rows }) => rows)).toEqual([[[1]], [[1]]])
  },

  async 'refuses to write with readOnly'({ driver }) {
    await driver.batch([TABLE, insert(1)])
    const writes = [insert(2), { sql: 'delete from t' }, { sql: 'drop table t' }]
    for (const write of writes) {
      for (const batch of [[write], [SELECT, write]]) {
        const running = driver.batch(batch, { readOnly: true })
        await expect(running).rejects.toMatchObject({ name: 'StorageError', code: 'READ_ONLY' })
      }
    }
    await driver.batch([insert(3)])
    expect(await values(driver)).toEqual([1, 3])
  },

  async 'refuses with readOnly what reaches other files, or changes the connection'({ driver }) {
    await driver.batch([TABLE])
    for (const sql of [
      `attach ':memory:' as other`,
      `/* select */ ;\n-- 1\nATTACH ':memory:' as other`,
      'detach main',
      'vacuum',
      `vacuum into '/dev/null'`,
      'pragma synchronous = off',
      'explain pragma synchronous = off',
      '\uFEFFpragma main . synchronous(0)',
      'pragma query_only = off',
      'pragma foreign_keys = off',
      'pragma writable_schema = on',
      'pragma journal_mode = delete',
      `pragma temp_store_directory = '/'`,
      'pragma hard_heap_limit = 1',
      'pragma wal_checkpoint',
      'pragma incremental_vacuum(1)',
      'pragma optimize',
      'pragma user_version = 5',
    ]) {
      for (const batch of [[{ sql }], [SELECT, { sql }]]) {
        await expect(driver.batch(batch, { readOnly: true }), sql).rejects.toMatchObject({
          name: 'StorageError',
          code: 'READ_ONLY',
        })
      }
    }
    const tokenizer = { sql: `select fts3_tokenizer('simple', ?)`, params: [new Uint8Array(8)] }
    const running = driver.batch([tokenizer], { readOnly: true })
    await expect(running).rejects.toMatchObject({ name: 'StorageError', code: 'READ_ONLY' })
    const foreignKey = { sql: 'create table c (id references t (id))' }
    await driver.batch([foreignKey])
    await refuses(driver, [{ sql: 'insert into c values (1)' }], 'CONSTRAINT')
  },

  async 'refuses with readOnly what writes within a statement that reads'({ driver }) {
    await driver.batch([TABLE, { sql: 'create index t_value on t (value)' }, insert(1)])
    const docs = { sql: 'create virtual table docs using fts4 (text)' }
    const words = [{ sql: `insert into docs values ('a')` }, { sql: `insert into docs values ('b')` }]
    const view = { sql: 'create view hidden as select optimize(docs) as o from docs' }
    for (const statement of [docs, ...words, view]) await driver.batch([statement])
    const state = async () => {
      const tables = { sql: `select name from sqlite_schema where name not like '\\_persql%' escape '\\'` }
      const segments = { sql: 'select count(*), sum(length(root)) from docs_segdir' }
      return (await driver.batch([tables, segments])).map(({ rows }) => rows)
    }
    const before = await state()
    for (const sql of ['select * from pragma_optimize(0x10002)', 'select OPTIMIZE(docs) from docs limit 1']) {
      for (const batch of [[{ sql }], [SELECT, { sql }]]) {
        const running = driver.batch(batch, { readOnly: true })
        await expect(running, sql).rejects.toMatchObject({ name: 'StorageError', code: 'READ_ONLY' })
      }
      expect(await state()).toEqual(before)
    }
    // Whether a view that calls it is refused or undone is the engine's choice.
    for (const batch of [[{ sql: 'select * from hidden' }], [SELECT, { sql: 'select * from hidden' }]]) {
      await driver.batch(batch, { readOnly: true }).catch(() => {})
      expect(await state()).toEqual(before)
    }
    await driver.batch([insert(2)])
    expect(await values(driver)).toEqual([1, 2])
  },

  async 'tells with readOnly what a pragma tells'({ driver }) {
    await driver.batch([TABLE])
    const pragmas = [
      ...['pragma table_info(t)', 'PRAGMA main.index_list("t");', 'pragma foreign_keys'],
      // SQLite says that these may write.
      ...['pragma journal_mode', 'pragma integrity_check(3)'],
    ]
    const results = await driver.batch(
      pragmas.map((sql) => ({ sql })),
      { readOnly: true },
    )
    expect(results.map(({ rows }) => rows.length)).toEqual([3, 1, 1, 1, 1])
  },

  async 'closes twice, and rejects later batches with DRIVER_CLOSED'({ driver }) {
    await driver.batch([TABLE])
    await driver.close()
    await driver.close()
    await refuses(driver, [SELECT], 'DRIVER_CLOSED')
    await refuses(driver, [], 'DRIVER_CLOSED')
  },

  async 'closes without ever having been used'({ driver }) {
    await driver.close()
    await refuses(driver, [SELECT], 'DRIVER_CLOSED')
  },

  async 'finishes the batches that were called before close'({ driver }) {
    const running = driver.batch([TABLE, insert(1), SELECT])
    await driver.close()
    expect((await running)[2]?.rows).toEqual([[1]])
  },

  async 'keeps data after reopening'({ driver, again }) {
    await driver.batch([TABLE, insert('kept')])
    await driver.close()
    expect(await values(await again())).toEqual(['kept'])
  },

  async 'shares its database with another driver at the same time'({ driver, again }) {
    const other = await again()
    await driver.batch([TABLE])
    await Promise.all([driver, other].flatMap((one) => [one.batch([insert(1)]), one.batch([insert(1)])]))
    expect(await values(driver)).toEqual([1, 1, 1, 1])
    expect(await values(other)).toEqual([1, 1, 1, 1])
  },

  async 'carries a session through append, read, pop, rewrite, replace and clear'({ driver }) {
    const store = new SessionStore<Record<string, unknown>>(driver)
    const items = [
      { role: 'user', n: 1 },
      { n: 2, bytes: new Uint8Array([0, 255]) },
      { role: 'user', n: 3 },
    ]
    await store.append('s', items)
    await store.append('s', [{ n: 4 }], { operationId: 'once' })
    await store.append('s', [{ n: 4 }], { operationId: 'once' })
    await store.append('other', [{ n: 5 }])
    expect(await store.read('s')).toEqual([...items, { n: 4 }])
    expect(await store.read('s', { items: 2 })).toEqual([items[2], { n: 4 }])
    expect(await store.read('s', { turns: 1 })).toEqual([items[2], { n: 4 }])
    expect(await store.pop('s')).toEqual({ n: 4 })
    await store.rewrite('s', (all) => all.map((item) => (item['n'] === 2 ? [{ n: 22 }] : [item])))
    await store.replaceSuffix('s', [items[2]!], [{ n: 33 }], { operationId: 'swap' })
    await expect(store.replaceSuffix('s', [{ n: 0 }], [], { operationId: 'fail' })).rejects.toMatchObject({
      code: 'HISTORY_CONFLICT',
    })
    expect(await store.read('s')).toEqual([items[0], { n: 22 }, { n: 33 }])
    await store.replaceAll('s', [{ n: 0 }])
    expect(await store.read('s')).toEqual([{ n: 0 }])
    await store.clear('s')
    expect(await store.read('s')).toEqual([])
    expect(await store.read('other')).toEqual([{ n: 5 }])
  },

  async 'carries a history that does not fit into one answer, read in parts'({ driver }) {
    const small = limitedDriver(driver, 1000)
    const reported: number[] = []
    const store = new SessionStore<Record<string, unknown>>(small, {
      onCorruptRow: ({ rowId }) => reported.push(rowId),
    })
    const items = Array.from({ length: 9 }, (_, n) => ({
      ...(n % 3 === 0 && { role: 'user' }),
      n,
      text: `"${n}`.repeat(100),
    }))
    for (const item of items) await store.append('s', [item])
    await store.append('other', [{ n: 0 }])
    expect(await store.read('s')).toEqual(items)
    expect(await store.read('s', { items: 4 })).toEqual(items.slice(-4))
    expect(await store.read('s', { turns: 2 })).toEqual(items.slice(3))
    const { items: page, before } = await store.readPage('s', { limit: 3, before: 9 })
    expect(page.map(({ item }) => item)).toEqual(items.slice(5, 8))
    expect(before).toBe(6)
    const stored = new RawSessions(small)
    expect((await stored.read(['s', 'other'])).map(({ rowId }) => rowId)).toEqual([
      10, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ])
    expect(await stored.readPage('s', { after: 2, limit: 3, bytes: 10_000_000 })).toMatchObject([
      { rowId: 3 },
    ])
    const { hits } = await searchItems(small, ['"8"8'])
    expect(hits).toMatchObject([{ rowId: 9 }])
    await driver.batch([{ sql: "update agent_messages set message_data = '{' where id in (2, 9)" }])
    const sound = items.filter(({ n }) => n !== 1 && n !== 8)
    expect(await store.read('s')).toEqual(sound)
    expect(reported).toEqual([2, 9])
    expect(await store.read('s', { items: 4 })).toEqual(sound.slice(-4))
    await store.rewrite('s', (all) => all.map((item) => (item['n'] === 0 ? [{ n: 'new' }] : [item])))
    await store.replaceSuffix('s', sound.slice(-3), [{ n: 'end' }])
    expect(await store.read('s')).toEqual([{ n: 'new' }, ...sound.slice(1, -3), { n: 'end' }])
  },

  async 'carries a catalog through list, fork and delete'({ driver }) {
    const store = new SessionStore(driver)
    const catalog = new SessionCatalog(driver)
    for (const session of ['a', 'b', 'c']) await store.append(session, [{ session }, { n: 2 }])
    await store.append('a', [{ n: 3 }])
    const first = await catalog.list({ limit: 2 })
    const second = await catalog.list({ limit: 2, after: first.after })
    const found = [...first.sessions, ...second.sessions]
    expect(found.map(({ sessionId, itemCount }) => [sessionId, itemCount])).toEqual([
      ['a', 3],
      ['c', 2],
      ['b', 2],
    ])
    expect(second.after).toBeUndefined()
    await catalog.fork('a', 'd')
    expect(await store.read('d')).toEqual(await store.read('a'))
    await expect(catalog.fork('a', 'd')).rejects.toMatchObject({ code: 'SESSION_EXISTS' })
    await expect(catalog.fork('missing', 'e')).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND' })
    expect(await catalog.delete('a')).toBe(true)
    expect(await catalog.delete('a')).toBe(false)
    expect(await catalog.get('a')).toBeUndefined()
  },
}
