import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { betterSqlite3Driver } from '../src/index.ts'

function open(file: string): Database.Database {
  const db = new Database(file)
  onTestFinished(() => void db.close())
  return db
}

/** A file with one row that is in it, and one that is only in its log. */
function writtenTo(file: string): Database.Database {
  const db = open(file)
  db.pragma('journal_mode = wal')
  db.exec('create table t (x); insert into t values (1)')
  db.pragma('wal_checkpoint(truncate)')
  db.exec('insert into t values (2)')
  return db
}

async function rowsOf(file: string): Promise<unknown> {
  const driver = betterSqlite3Driver(file, { readOnly: true })
  const [result] = await driver.batch([{ sql: 'select x from t order by x' }], { readOnly: true })
  await driver.close()
  return result?.rows.flat()
}

/** Names, bytes and times of all that is in a folder; of the index of a log, only that it is there. */
function stateOf(folder: string): unknown {
  return readdirSync(folder)
    .toSorted()
    .map((name) => {
      const path = join(folder, name)
      return name.endsWith('-shm') ? name : [name, readFileSync(path, 'hex'), statSync(path).mtimeMs]
    })
}

test('leaves nothing beside a file in WAL mode that nobody has open', async () => {
  const folder = temporaryFolder()
  writtenTo(join(folder, 'a.db')).close()
  const before = stateOf(folder)
  expect(await rowsOf(join(folder, 'a.db'))).toEqual([1, 2])
  expect(stateOf(folder)).toEqual(before)
})

test('the last of several readers takes the files of the log away', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'a.db')
  writtenTo(file).close()
  const drivers = [1, 2, 3].map(() => betterSqlite3Driver(file, { readOnly: true }))
  for (const driver of drivers) await driver.batch([{ sql: 'select * from t' }])
  for (const driver of drivers) {
    expect(readdirSync(folder)).toHaveLength(3)
    await driver.close()
  }
  expect(readdirSync(folder)).toEqual(['a.db'])
})

test('reads beside a writer, sees what it writes, and leaves its files alone', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'a.db')
  const writer = writtenTo(file)
  const reader = betterSqlite3Driver(file, { readOnly: true })
  const count = async () => (await reader.batch([{ sql: 'select count(*) from t' }]))[0]?.rows
  expect(await count()).toEqual([[2]])
  writer.exec('insert into t values (3)')
  expect(await count()).toEqual([[3]])
  await reader.close()
  writer.exec('insert into t values (4)')
  expect(await rowsOf(file)).toEqual([1, 2, 3, 4])
  writer.pragma('wal_checkpoint(truncate)')
  expect(await rowsOf(file)).toEqual([1, 2, 3, 4])
  writer.exec('insert into t values (5)')
  writer.close()
  expect(await rowsOf(file)).toEqual([1, 2, 3, 4, 5])
  expect(readdirSync(folder)).toEqual(['a.db'])
})

test.each([[['', '-wal']], [['', '-wal', '-shm']]])(
  'reads the commits that a crash left in the log, and leaves them there: %j',
  async (parts) => {
    const [folder, copies] = [temporaryFolder(), temporaryFolder()]
    writtenTo(join(folder, 'a.db'))
    for (const part of parts) copyFileSync(join(folder, `a.db${part}`), join(copies, `a.db${part}`))
    const before = stateOf(copies)
    expect(await rowsOf(join(copies, 'a.db'))).toEqual([1, 2])
    expect(stateOf(copies)).toEqual(before)
  },
)

test('reads what a crash left half written as it was before, and leaves it to a writer to undo', async () => {
  const [folder, copies] = [temporaryFolder(), temporaryFolder()]
  const db = open(join(folder, 'a.db'))
  db.exec('create table t (x); insert into t values (1), (2)')
  db.pragma('cache_size = 1')
  db.exec(`begin; update t set x = x + 10; create table big (x)`)
  for (let n = 0; n < 200; n++) db.exec(`insert into big values (hex(randomblob(2000)))`)
  cpSync(folder, copies, { recursive: true })
  db.exec('rollback')
  expect(readdirSync(copies)).toEqual(['a.db', 'a.db-journal'])
  const before = stateOf(copies)
  expect(await rowsOf(join(copies, 'a.db'))).toEqual([1, 2])
  expect(stateOf(copies)).toEqual(before)
})

test('a copy that is read has no name in the temporary folder', async () => {
  const [folder, copies, temporary] = [temporaryFolder(), temporaryFolder(), temporaryFolder()]
  writtenTo(join(folder, 'a.db'))
  for (const part of ['', '-wal']) copyFileSync(join(folder, `a.db${part}`), join(copies, `a.db${part}`))
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = temporary
  onTestFinished(() => {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  })
  const driver = betterSqlite3Driver(join(copies, 'a.db'), { readOnly: true })
  const read = async () => (await driver.batch([{ sql: 'select x from t' }, { sql: 'select 1' }]))[0]?.rows
  expect(await read()).toEqual([[1], [2]])
  if (process.platform !== 'win32') expect(readdirSync(temporary)).toEqual([])
  expect(await read()).toEqual([[1], [2]])
  await driver.close()
  expect(readdirSync(temporary)).toEqual([])
})

test('rejects with CANNOT_OPEN what is no file', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'b.db'))
  for (const name of ['a.db', 'b.db']) {
    await expect(rowsOf(join(folder, name))).rejects.toMatchObject({ code: 'CANNOT_OPEN' })
  }
  expect(readdirSync(folder)).toEqual(['b.db'])
})
