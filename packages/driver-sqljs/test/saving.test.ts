import { expect, test } from 'vitest'
import { sqlJsDriver } from '../src/index.ts'
import { column, insert, SELECT, TABLE, values } from './support/table.ts'
import { TestStorage } from './support/test-storage.ts'

test('saves each write before it resolves, and opens what was saved', async () => {
  const storage = new TestStorage()
  const driver = sqlJsDriver({ storage })
  await driver.batch([TABLE, insert('a')])
  expect(await values(sqlJsDriver({ storage }))).toEqual(['a'])
  await driver.batch([insert('b')])
  expect(await values(sqlJsDriver({ storage }))).toEqual(['a', 'b'])
})

test('loads nothing before the first batch, and saves nothing when it is closed unused', async () => {
  const storage = new TestStorage()
  storage.load = () => Promise.reject(new Error('loaded'))
  await sqlJsDriver({ storage }).close()
  expect(storage.saves).toBe(0)
})

test('saves nothing for batches that change nothing', async () => {
  const storage = new TestStorage()
  const driver = sqlJsDriver({ storage })
  await driver.batch([TABLE, insert('a')])
  expect(storage.saves).toBe(1)
  await driver.batch([SELECT], { readOnly: true })
  await driver.batch([SELECT, SELECT])
  await driver.batch([{ sql: 'create table if not exists t (x)' }, { sql: 'delete from t where value = 0' }])
  await expect(driver.batch([insert('b'), insert('a')])).rejects.toMatchObject({ code: 'CONSTRAINT' })
  await driver.close()
  expect(storage.saves).toBe(1)
})

test.each([
  'create index i on t (value)',
  'delete from t',
  'drop table t',
  'pragma user_version = 7',
  'pragma application_id = 7',
])('saves after: %s', async (sql) => {
  const storage = new TestStorage()
  const driver = sqlJsDriver({ storage })
  await driver.batch([TABLE, insert('a')])
  await driver.batch([{ sql }])
  expect(storage.saves).toBe(2)
})

test('saves a change of the schema also where a table is called like what tells of it', async () => {
  const storage = new TestStorage()
  const driver = sqlJsDriver({ storage })
  await driver.batch([{ sql: 'create table pragma_schema_version (schema_version)' }])
  await driver.batch([TABLE])
  expect(storage.saves).toBe(2)
})

test('rejects a write that could not be saved with SAVE_FAILED, and goes back to what was saved', async () => {
  const storage = new TestStorage()
  const driver = sqlJsDriver({ storage })
  await driver.batch([TABLE, insert('a')])
  storage.failure = new Error('no room')
  await expect(driver.batch([insert('b'), { sql: 'create table u (x)' }])).rejects.toMatchObject({
    name: 'StorageError',
    code: 'SAVE_FAILED',
    cause: storage.failure,
  })
  expect(await values(driver)).toEqual(['a'])
  await expect(driver.batch([{ sql: 'select * from u' }])).rejects.toMatchObject({ code: 'NO_SUCH_TABLE' })
  expect(await values(sqlJsDriver({ storage }))).toEqual(['a'])
})

test('goes back to an empty database when the first save fails', async () => {
  const storage = new TestStorage()
  storage.failure = new Error('no room')
  const driver = sqlJsDriver({ storage })
  await expect(driver.batch([TABLE])).rejects.toMatchObject({ code: 'SAVE_FAILED' })
  await expect(driver.batch([SELECT])).rejects.toMatchObject({ code: 'NO_SUCH_TABLE' })
})

test('saves again after a failed save, without the write that was rejected', async () => {
  const storage = new TestStorage()
  const driver = sqlJsDriver({ storage })
  await driver.batch([TABLE, insert('a')])
  storage.failure = new Error('no room')
  await expect(driver.batch([insert('b')])).rejects.toMatchObject({ code: 'SAVE_FAILED' })
  storage.failure = undefined
  await driver.batch([insert('c')])
  expect(await values(driver)).toEqual(['a', 'c'])
  expect(await values(sqlJsDriver({ storage }))).toEqual(['a', 'c'])
})

test('closes without an error after a failed save, because nothing is unsaved', async () => {
  const storage = new TestStorage()
  const driver = sqlJsDriver({ storage })
  await driver.batch([TABLE])
  storage.failure = new Error('no room')
  await expect(driver.batch([insert('a')])).rejects.toMatchObject({ code: 'SAVE_FAILED' })
  await driver.close()
})

test('enforces foreign keys after a save, and after a failed one', async () => {
  const storage = new TestStorage()
  const driver = sqlJsDriver({ storage })
  await driver.batch([TABLE])
  expect(await column(driver, 'pragma foreign_keys')).toEqual([1])
  storage.failure = new Error('no room')
  await expect(driver.batch([insert('a')])).rejects.toMatchObject({ code: 'SAVE_FAILED' })
  expect(await column(driver, 'pragma foreign_keys')).toEqual([1])
})

test('saves concurrent writes one after the other, in the order of the calls', async () => {
  const storage = new TestStorage()
  const saved: number[] = []
  const save = storage.save.bind(storage)
  storage.save = async (image) => {
    await save(image)
    saved.push((await values(sqlJsDriver({ storage }))).length)
  }
  const driver = sqlJsDriver({ storage })
  const results = await Promise.all([
    driver.batch([TABLE]),
    ...['a', 'b', 'c'].map((value) => driver.batch([insert(value), SELECT])),
  ])
  expect(results.slice(1).map(([, result]) => result?.rows)).toEqual([
    [['a']],
    [['a'], ['b']],
    [['a'], ['b'], ['c']],
  ])
  expect(saved).toEqual([0, 1, 2, 3])
})

test('rejects only the writes that could not be saved', async () => {
  const storage = new TestStorage()
  const driver = sqlJsDriver({ storage })
  await driver.batch([TABLE])
  const save = storage.save.bind(storage)
  const outcomes = [true, false, true]
  storage.save = async (image) => (outcomes.shift() ? save(image) : Promise.reject(new Error('no room')))
  const settled = await Promise.allSettled(['a', 'b', 'c'].map((value) => driver.batch([insert(value)])))
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(await values(driver)).toEqual(['a', 'c'])
})

test('shows no read what is not saved yet', async () => {
  const storage = new TestStorage()
  const driver = sqlJsDriver({ storage })
  await driver.batch([TABLE])
  storage.failure = new Error('no room')
  const write = driver.batch([insert('a')])
  const read = values(driver)
  await expect(write).rejects.toMatchObject({ code: 'SAVE_FAILED' })
  expect(await read).toEqual([])
})

test('prepares a statement once, however often it runs and is saved', async () => {
  const { default: initSqlJs } = await import('sql.js')
  const { Database } = await initSqlJs()
  let prepared = 0
  class CountingDatabase extends Database {
    override prepare(sql: string) {
      prepared++
      return super.prepare(sql)
    }
  }
  const driver = sqlJsDriver({ storage: new TestStorage(), sqlJs: { Database: CountingDatabase } })
  await driver.batch([TABLE, insert(0), SELECT])
  const preparedAtFirst = prepared
  for (let n = 1; n < 10; n++) await driver.batch([insert(n), SELECT])
  expect(prepared).toBe(preparedAtFirst)
  expect(await values(driver)).toHaveLength(10)
})

test.each([
  ['text', new TextEncoder().encode('This is a letter, not a database. '.repeat(100))],
  ['a few bytes', Uint8Array.of(1, 2, 3)],
])('rejects with NOT_A_DATABASE %s, and leaves it as it is', async (_, image) => {
  const storage = new TestStorage()
  storage.image = image
  const driver = sqlJsDriver({ storage })
  await expect(driver.batch([TABLE])).rejects.toMatchObject({
    code: 'NOT_A_DATABASE',
    message: expect.stringContaining('What the storage holds'),
  })
  await expect(driver.batch([SELECT])).rejects.toMatchObject({ code: 'NOT_A_DATABASE' })
  await driver.close()
  expect(storage.image).toBe(image)
})

test('rejects half of an image with NOT_A_DATABASE', async () => {
  const storage = new TestStorage()
  await sqlJsDriver({ storage }).batch([TABLE, insert('a')])
  storage.image = storage.image!.subarray(0, storage.image!.length / 2)
  await expect(sqlJsDriver({ storage }).batch([SELECT])).rejects.toMatchObject({ code: 'NOT_A_DATABASE' })
})

test('rejects with CANNOT_OPEN when the storage cannot load, and tries again at the next batch', async () => {
  const storage = new TestStorage()
  const load = storage.load.bind(storage)
  const failure = new Error('offline')
  storage.load = () => Promise.reject(failure)
  const driver = sqlJsDriver({ storage })
  await expect(driver.batch([TABLE])).rejects.toMatchObject({ code: 'CANNOT_OPEN', cause: failure })
  storage.load = load
  await driver.batch([TABLE])
  expect(storage.saves).toBe(1)
})

test('refuses a storage that loads something else than bytes, which would be taken for nothing', async () => {
  const storage = new TestStorage()
  storage.load = async () => new ArrayBuffer(8) as never
  await expect(sqlJsDriver({ storage }).batch([TABLE])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  expect(storage.saves).toBe(0)
})
