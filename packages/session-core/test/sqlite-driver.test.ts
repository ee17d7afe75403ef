import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { StorageError } from '../src/index.ts'
import { type SqliteDriverOptions, type SqliteEngine, sqliteDriver } from '../src/sqlite/index.ts'

/** An engine over the SQLite inside Node.js that only runs what returns no rows. */
function engineOver(db: DatabaseSync): SqliteEngine {
  return {
    run(sql) {
      db.exec(sql)
      return { columns: [], rows: [] }
    },
    inTransaction: () => db.isTransaction,
    close: () => db.close(),
  }
}

const open = () => engineOver(new DatabaseSync(':memory:'))
const TABLE = { sql: 'create table t (x)' }

test.each([Number.NaN, -1, '10' as never, null as never])('refuses a busyTimeout of %j', (busyTimeout) => {
  expect(() => sqliteDriver({ open, busyTimeout })).toThrow(
    expect.objectContaining({ name: 'StorageError', code: 'INVALID_ARGUMENT' }),
  )
})

test.each([0, 1, Number.POSITIVE_INFINITY])('takes a busyTimeout of %j', async (busyTimeout) => {
  await sqliteDriver({ open, busyTimeout }).batch([TABLE])
})

test('rejects close with what could not be saved, even when the engine cannot be closed either', async () => {
  const failure = new StorageError('SAVE_FAILED', 'no room')
  const closeFailure = new Error('not closed')
  const options: SqliteDriverOptions = {
    open: () => ({
      ...open(),
      close() {
        throw closeFailure
      },
    }),
    beforeClose: () => Promise.reject(failure),
  }
  const driver = sqliteDriver(options)
  await driver.batch([TABLE])
  await expect(driver.close()).rejects.toBe(failure)
  expect(failure).toMatchObject({ suppressed: closeFailure })
})

test('closes the engine when the database could not be saved', async () => {
  const db = new DatabaseSync(':memory:')
  const failure = new StorageError('SAVE_FAILED', 'no room')
  const driver = sqliteDriver({ open: () => engineOver(db), beforeClose: () => Promise.reject(failure) })
  await driver.batch([TABLE])
  await expect(driver.close()).rejects.toBe(failure)
  expect(db.isOpen).toBe(false)
})
