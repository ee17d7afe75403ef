import initSqlJs from 'sql.js'
import { expect, test } from 'vitest'
import { fileStorage, type SqlJsDriverOptions, sqlJsDriver } from '../src/index.ts'
import { column, insert, SELECT, TABLE, values } from './support/table.ts'

const { Database } = await initSqlJs()

test('keeps a database of its own in memory without options', async () => {
  const [one, other] = [sqlJsDriver(), sqlJsDriver({})]
  await one.batch([TABLE, insert('a')])
  await expect(other.batch([SELECT])).rejects.toMatchObject({ code: 'NO_SUCH_TABLE' })
  expect(await values(one)).toEqual(['a'])
})

test('takes a sql.js that was started before', async () => {
  let opened = 0
  class OtherDatabase extends Database {
    constructor(image?: Uint8Array) {
      super(image)
      opened++
    }
  }
  await sqlJsDriver({ sqlJs: { Database: OtherDatabase } }).batch([TABLE])
  expect(opened).toBe(1)
})

test('works on an open database, and leaves it open', async () => {
  const database = new Database()
  const driver = sqlJsDriver({ database })
  await driver.batch([TABLE, insert('a')])
  await driver.close()
  expect(database.exec('select value from t')[0]?.values).toEqual([['a']])
})

test('leaves an open database writable for its owner after a batch that only reads', async () => {
  const database = new Database()
  const driver = sqlJsDriver({ database })
  await driver.batch([TABLE])
  await driver.batch([SELECT], { readOnly: true })
  await driver.batch([SELECT, SELECT], { readOnly: true })
  await expect(driver.batch([insert('a')], { readOnly: true })).rejects.toMatchObject({ code: 'READ_ONLY' })
  database.exec("insert into t (value) values ('theirs')")
  expect(await values(driver)).toEqual(['theirs'])
})

test('waits for an open transaction of the owner of the database', async () => {
  const database = new Database()
  const driver = sqlJsDriver({ database })
  await driver.batch([TABLE])
  database.exec("begin; insert into t (value) values ('theirs')")
  const waiting = driver.batch([insert('ours')])
  setImmediate(() => database.exec('rollback'))
  await waiting
  expect(await values(driver)).toEqual(['ours'])
})

test('enforces foreign keys also where the owner has a transaction open at the first use', async () => {
  const database = new Database()
  database.exec('create table p (id integer primary key); create table c (id integer references p); begin')
  const driver = sqlJsDriver({ database })
  const waiting = driver.batch([{ sql: 'insert into c values (7)' }])
  const refused = expect(waiting).rejects.toMatchObject({ code: 'CONSTRAINT' })
  setImmediate(() => database.exec('commit'))
  await refused
})

test('works on after a statement that ends the transaction by itself', async () => {
  const driver = sqlJsDriver()
  await driver.batch([TABLE, insert('a')])
  const conflict = { sql: "insert or rollback into t (value) values ('a')" }
  await expect(driver.batch([insert('b'), conflict])).rejects.toMatchObject({
    code: 'CONSTRAINT',
    statementIndex: 1,
  })
  await driver.batch([insert('c'), insert('d')])
  expect(await values(driver)).toEqual(['a', 'c', 'd'])
})

test('works on after a transaction that cannot be committed', async () => {
  const driver = sqlJsDriver()
  const child = 'create table c (id integer references t deferrable initially deferred)'
  await driver.batch([TABLE, { sql: child }])
  await expect(driver.batch([insert('a'), { sql: 'insert into c values (7)' }])).rejects.toMatchObject({
    code: 'CONSTRAINT',
  })
  await driver.batch([insert('b')])
  expect(await values(driver)).toEqual(['b'])
})

test('tells changes only of statements that made some', async () => {
  const driver = sqlJsDriver()
  const results = await driver.batch([TABLE, insert('a'), { sql: 'create table u (x)' }, insert('b')])
  expect(results.map(({ changes }) => changes)).toEqual([0, 1, 0, 1])
  expect(results[3]?.lastInsertRowid).toBe(2)
})

test('tells a row id beyond 2^53', async () => {
  const rowid = 2n ** 62n + 1n
  const [, result] = await sqlJsDriver().batch([
    TABLE,
    { sql: 'insert into t (id) values (?)', params: [rowid] },
  ])
  expect(result?.lastInsertRowid).toBe(rowid)
})

test.each([0n, -1n, 2n ** 31n - 1n, 2n ** 31n, -(2n ** 31n), 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)])(
  'binds the bigint %d as an integer',
  async (value) => {
    const [result] = await sqlJsDriver().batch([
      { sql: 'select ?, typeof(?), ?', params: [value, value, 'text'] },
    ])
    expect(result?.rows[0]?.map(String)).toEqual([String(value), 'integer', 'text'])
  },
)

test('finds the placeholders of bigints between texts, names and comments that look like some', async () => {
  const big = 2n ** 60n
  const sql = `select '?', '''?', "a?", [b?], \`c?\`, d$e, /* ? */ ?2, -- ?
    ?1, ? from (select 1 as "a?", 2 as "b?", 3 as "c?", 4 as d$e) where ?4 = 7`
  const driver = sqlJsDriver()
  const [result] = await driver.batch([{ sql, params: [1, big, big, 7] }])
  expect(result?.rows).toEqual([['?', "'?", 1, 2, 3, 4, big, 1, big]])
})

test('refuses bigints that it could bind only wrongly', async () => {
  const driver = sqlJsDriver()
  for (const [sql, value] of [
    ['select ?', 2n ** 63n],
    ['select :name', 2n ** 60n],
  ] as const) {
    await expect(driver.batch([{ sql, params: [value] }])).rejects.toMatchObject({
      code: 'INVALID_STATEMENT',
      statementIndex: 0,
    })
  }
})

test('refuses NULL as one parameter too many', async () => {
  await expect(sqlJsDriver().batch([{ sql: 'select ?', params: [1, null] }])).rejects.toMatchObject({
    code: 'INVALID_STATEMENT',
  })
})

test('refuses another number of parameters for a statement that ran before', async () => {
  const driver = sqlJsDriver()
  const sql = 'select ?, ?'
  await driver.batch([{ sql, params: [1, 2] }])
  for (const params of [[], [1], [1, 2, null]]) {
    await expect(driver.batch([{ sql, params }])).rejects.toMatchObject({ code: 'INVALID_STATEMENT' })
  }
  expect((await driver.batch([{ sql, params: [3, 4] }]))[0]?.rows).toEqual([[3, 4]])
})

test.each(['', ' ', ';', '-- nothing', 'select 1; select 2', 'select 1\0; select 2', 'select 1; selec'])(
  'refuses the SQL text %j with INVALID_STATEMENT',
  async (sql) => {
    await expect(sqlJsDriver().batch([{ sql }])).rejects.toMatchObject({ code: 'INVALID_STATEMENT' })
  },
)

test.each(['select 1;', 'select 1 ; ;\n', 'select 1; -- one', 'select 1 /* ; */; /* two', "select 1 -- ; '"])(
  'takes the SQL text %j as one statement',
  async (sql) => {
    expect(await column(sqlJsDriver(), sql)).toEqual([1])
  },
)

test('keeps texts with NUL characters whole', async () => {
  const driver = sqlJsDriver()
  await driver.batch([TABLE, insert('a\0b\0')])
  expect(await values(driver)).toEqual(['a\0b\0'])
})

test('keeps the column names right when the table changes under a prepared statement', async () => {
  const driver = sqlJsDriver()
  const select = { sql: 'select * from t' }
  await driver.batch([{ sql: 'create table t (a)' }, { sql: 'insert into t values (1)' }, select])
  await driver.batch([{ sql: 'alter table t rename column a to b' }, { sql: 'alter table t add column c' }])
  const [result] = await driver.batch([select])
  expect(result).toMatchObject({ columns: ['b', 'c'], rows: [[1, null]] })
})

test('runs more different statements than it keeps prepared', async () => {
  const driver = sqlJsDriver()
  for (const round of [1, 2]) {
    const statements = Array.from({ length: 300 }, (_, n) => ({ sql: `select ${n}, ?`, params: [round] }))
    const results = await driver.batch(statements)
    expect(results.map(({ rows }) => rows[0])).toEqual(statements.map((_, n) => [n, round]))
  }
})

test('refuses options that it cannot work with', () => {
  const storage = fileStorage('unused.db')
  const unusable: unknown[] = [
    { storage, database: new Database() },
    { database: {} },
    { storage: {} },
    { storage, saveDelay: -1 },
    { storage, saveDelay: Number.NaN },
    { storage, saveDelay: 2 ** 31 },
  ]
  for (const options of unusable) {
    expect(() => sqlJsDriver(options as SqlJsDriverOptions)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  }
})
