import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SessionStore } from '@persql/session-core'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type BetterSqlite3DriverOptions, betterSqlite3Driver } from '../src/index.ts'

let folder: string
let closers: (() => unknown)[]

beforeEach(() => {
  folder = temporaryFolder()
  closers = []
})

afterEach(async () => {
  for (const close of closers) await close()
})

function open(database: string | InstanceType<typeof Database>, options?: BetterSqlite3DriverOptions) {
  const driver = betterSqlite3Driver(database, options)
  closers.push(() => driver.close())
  return driver
}

const inFolder = (name: string) => join(folder, name)
const pragma = async (driver: ReturnType<typeof open>, name: string) =>
  (await driver.batch([{ sql: `pragma ${name}` }]))[0]!.rows[0]![0]

test('makes the missing folders of a new file, at the first use', async () => {
  const path = inFolder('a/b/agents.db')
  const driver = open(path)
  expect(() => statSync(inFolder('a'))).toThrow()
  await driver.batch([{ sql: 'create table t (x)' }])
  expect(statSync(path).isFile()).toBe(true)
})

test('makes its file in the working folder of the moment when it is made', async () => {
  const before = process.cwd()
  mkdirSync(inFolder('elsewhere'))
  try {
    process.chdir(folder)
    const driver = open('agents.db')
    process.chdir('elsewhere')
    await driver.batch([{ sql: 'create table t (x)' }])
  } finally {
    process.chdir(before)
  }
  expect(statSync(inFolder('agents.db')).isFile()).toBe(true)
  expect(readdirSync(inFolder('elsewhere'))).toEqual([])
})

test('refuses a relative path where the working folder is gone', async () => {
  const before = process.cwd()
  mkdirSync(inFolder('gone'))
  try {
    process.chdir(inFolder('gone'))
    rmSync(inFolder('gone'), { recursive: true })
    expect(() => betterSqlite3Driver('agents.db')).toThrow(expect.objectContaining({ code: 'CANNOT_OPEN' }))
  } finally {
    process.chdir(before)
  }
})

test.each([
  ['a path', () => open(inFolder('agents.db'))],
  ['a handle', () => open(handle(inFolder('agents.db')))],
])('writes ahead, enforces foreign keys and syncs each write, for %s', async (_, make) => {
  const driver = make()
  expect(await pragma(driver, 'journal_mode')).toBe('wal')
  expect(await pragma(driver, 'foreign_keys')).toBe(1)
  // 2 is FULL. Asked after a write, because SQLite may tell another value before the first one.
  await driver.batch([{ sql: 'create table t (x)' }])
  expect(await pragma(driver, 'synchronous')).toBe(2)
})

test('syncs less often with synchronous normal', async () => {
  const driver = open(inFolder('agents.db'), { synchronous: 'normal' })
  await driver.batch([{ sql: 'create table t (x)' }])
  expect(await pragma(driver, 'synchronous')).toBe(1)
})

test('rejects with CANNOT_OPEN, naming the file, what cannot be opened or made', async () => {
  writeFileSync(inFolder('file'), '')
  for (const path of [folder, inFolder('file/agents.db')]) {
    await expect(open(path).batch([{ sql: 'select 1' }])).rejects.toMatchObject({
      code: 'CANNOT_OPEN',
      message: expect.stringContaining(path),
    })
  }
})

test('rejects with NOT_A_DATABASE a file of something else, and leaves it as it is', async () => {
  const text = 'This is a letter, not a database. '.repeat(100)
  writeFileSync(inFolder('letter.txt'), text)
  const store = new SessionStore(open(inFolder('letter.txt')))
  await expect(store.append('s', [{ n: 1 }])).rejects.toMatchObject({ code: 'NOT_A_DATABASE' })
  await expect(store.read('s')).rejects.toMatchObject({ code: 'NOT_A_DATABASE' })
  expect(statSync(inFolder('letter.txt')).size).toBe(text.length)
})

test('reads sessions from a file opened for reading only, and rejects writes with READ_ONLY', async () => {
  await new SessionStore(open(inFolder('agents.db'))).append('s', [{ n: 1 }])
  const store = new SessionStore(open(inFolder('agents.db'), { readOnly: true }))
  expect(await store.read('s')).toEqual([{ n: 1 }])
  await expect(store.append('s', [{ n: 2 }])).rejects.toMatchObject({ code: 'READ_ONLY' })
  await expect(store.pop('s')).rejects.toMatchObject({ code: 'READ_ONLY' })
  expect(await store.read('s')).toEqual([{ n: 1 }])
})

test('finds no sessions, for reading only, in a file without their tables', async () => {
  await open(inFolder('other.db')).batch([{ sql: 'create table t (x)' }])
  const store = new SessionStore(open(inFolder('other.db'), { readOnly: true }))
  expect(await store.read('s')).toEqual([])
  await expect(store.append('s', [{}])).rejects.toMatchObject({ code: 'NO_SUCH_TABLE' })
})

test('does not make a file that is opened for reading only', async () => {
  const driver = open(inFolder('missing.db'), { readOnly: true })
  await expect(driver.batch([{ sql: 'select 1' }])).rejects.toMatchObject({ code: 'CANNOT_OPEN' })
})

test('rejects with FULL what no longer fits, keeps what was there, and works on when there is room', async () => {
  const db = handle(inFolder('small.db'))
  db.pragma('max_page_count = 20')
  const store = new SessionStore(open(db))
  await store.append('s', [{ n: 1 }])
  await expect(store.append('s', [{ n: 2 }, { text: 'x'.repeat(200_000) }])).rejects.toMatchObject({
    code: 'FULL',
  })
  expect(await store.read('s')).toEqual([{ n: 1 }])
  db.pragma('max_page_count = 1000')
  await store.append('s', [{ n: 3 }])
  expect(await store.read('s')).toEqual([{ n: 1 }, { n: 3 }])
})

test('stores an item of five megabytes', async () => {
  const store = new SessionStore(open(inFolder('agents.db')))
  const item = { text: 'naïve"\n'.repeat(800_000) }
  await store.append('s', [item])
  expect((await store.read('s'))[0]).toEqual(item)
})

test('waits for the lock of another connection, and rejects with BUSY when that takes too long', async () => {
  const driver = open(inFolder('agents.db'), { busyTimeout: 30 })
  await driver.batch([{ sql: 'create table t (x)' }])
  const other = handle(inFolder('agents.db'))
  other.exec('begin immediate')
  await expect(driver.batch([{ sql: 'insert into t values (1)' }])).rejects.toMatchObject({ code: 'BUSY' })
  const patient = open(inFolder('agents.db'), { busyTimeout: 60_000 })
  const waiting = patient.batch([{ sql: 'insert into t values (2)' }])
  setImmediate(() => other.exec('commit'))
  await waiting
  const [result] = await driver.batch([{ sql: 'select x from t' }])
  expect(result!.rows).toEqual([[2]])
})

test('tells of changes by others, and tells nothing while a batch waits or of a handle', async () => {
  const path = inFolder('agents.db')
  const driver = open(path)
  expect(driver.changes!()).toBeUndefined()
  for (const sql of ['create table t (x)', 'select 1']) await driver.batch([{ sql }])
  const before = driver.changes!()
  expect(driver.changes!()).toEqual(before)
  const other = handle(path)
  other.exec('insert into t values (1)')
  const after = driver.changes!()
  expect(after).toEqual({ own: before!.own, others: expect.any(Number) })
  expect(after!.others).not.toBe(before!.others)
  other.exec('begin immediate')
  const waiting = driver.batch([{ sql: 'insert into t values (2)' }])
  expect(driver.changes!()).toBeUndefined()
  other.exec('commit')
  await waiting
  await driver.close()
  expect(driver.changes!()).toBeUndefined()
  const onHandle = open(other)
  for (const sql of ['insert into t values (3)', 'select 1']) await onHandle.batch([{ sql }])
  expect(onHandle.changes!()).toBeUndefined()
})

test('leaves a handle open, and refuses to work inside a transaction of its owner', async () => {
  const db = handle(inFolder('agents.db'))
  const driver = open(db, { busyTimeout: 20 })
  await driver.batch([{ sql: 'create table t (x)' }])
  db.exec('begin; insert into t values (1)')
  await expect(driver.batch([{ sql: 'insert into t values (2)' }])).rejects.toMatchObject({ code: 'BUSY' })
  await expect(driver.batch([{ sql: 'select 1' }, { sql: 'select 2' }])).rejects.toMatchObject({
    code: 'BUSY',
  })
  db.exec('commit')
  await driver.close()
  expect(db.prepare('select x from t').pluck().all()).toEqual([1])
})

test('prepares a statement once, however often it runs', async () => {
  const db = handle(inFolder('agents.db'))
  const prepare = vi.spyOn(db, 'prepare')
  const store = new SessionStore(open(db))
  await store.append('s', [{ n: 1 }])
  await store.read('s')
  const prepared = prepare.mock.calls.length
  for (let n = 0; n < 10; n++) {
    await store.append(`s${n}`, [{ n }])
    await store.read(`s${n}`)
  }
  expect(prepare.mock.calls.length).toBe(prepared)
})

test.each([
  'select * from t',
  'SELECT DISTINCT\n* from t',
  'select all * from t',
  'select t.* from t',
  'select t. * from t',
  'select a.b * 1 as product,* from (select 2 as b) as a, t',
  'select /* all of */ * from t',
  'select -- all of\n* from t',
  'insert into t default values returning *',
])('keeps the column names right when the table changes under a prepared statement: %s', async (sql) => {
  const driver = open(':memory:')
  await driver.batch([{ sql: 'create table t (x)' }, { sql: 'insert into t values (1)' }, { sql }])
  await driver.batch([{ sql: 'alter table t rename column x to y' }, { sql: 'alter table t add column z' }])
  const [result] = await driver.batch([{ sql }])
  expect(result!.columns.slice(-2)).toEqual(['y', 'z'])
})

test('asks once for the column names of a statement that names them, products and counts among them', async () => {
  const db = handle(':memory:')
  const prepare = db.prepare.bind(db)
  const asked: string[] = []
  vi.spyOn(db, 'prepare').mockImplementation((sql: string) => {
    const statement = prepare(sql)
    const columns = statement.columns.bind(statement)
    vi.spyOn(statement, 'columns').mockImplementation(() => {
      asked.push(sql)
      return columns()
    })
    return statement
  })
  const driver = open(db)
  const sql = 'select count(*) as n, sum(v * 2) as twice from (select 3 as v)'
  for (let n = 0; n < 3; n++) {
    expect(await driver.batch([{ sql }])).toEqual([{ columns: ['n', 'twice'], rows: [[1, 6]] }])
  }
  expect(asked).toEqual([sql])
})

test('refuses what is neither a path nor a handle, and options that do not exist', () => {
  for (const database of ['', ' ', undefined, null, {}, 7]) {
    expect(() => betterSqlite3Driver(database as string)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  }
  expect(() => betterSqlite3Driver(':memory:', { synchronous: 'off' as never })).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
  )
})

function handle(path: string) {
  const db = new Database(path)
  closers.push(() => db.close())
  return db
}

test('rejects with BUSY while the owner of the handle has a transaction open, also at the first batch', async () => {
  const database = handle(inFolder('agents.db'))
  const driver = open(database, { busyTimeout: 1 })
  database.exec('begin')
  const create = [{ sql: 'create table t (x)' }]
  await expect(driver.batch(create)).rejects.toMatchObject({
    code: 'BUSY',
    message: expect.stringContaining('open transaction'),
  })
  database.exec('commit')
  await driver.batch(create)
  expect(await pragma(driver, 'foreign_keys')).toBe(1)
  expect(await pragma(driver, 'journal_mode')).toBe('wal')
})
