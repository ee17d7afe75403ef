import { expect, test } from 'vitest'
import { type DatabaseHandle, type SqlDriver, toSqlDriver } from '../src/index.ts'
import { nodeSqliteDriver } from './support/node-sqlite-driver.ts'

const TABLE = { sql: 'create table t (value)' }
const INSERT = { sql: 'insert into t values (?)', params: ['a'] }

function handleOver(driver: SqlDriver): DatabaseHandle {
  return {
    query: async (sql) => (await driver.batch([{ sql }]))[0]!,
    batch: (statements) => driver.batch(statements as never),
  }
}

test('gives the same driver for a handle until it is closed, and then another one', async () => {
  const handle = handleOver(nodeSqliteDriver(':memory:'))
  const driver = toSqlDriver(handle)
  expect(toSqlDriver(handle)).toBe(driver)
  const running = driver.batch([TABLE, INSERT])
  await driver.close()
  await running
  await expect(driver.batch([INSERT])).rejects.toMatchObject({ code: 'DRIVER_CLOSED' })
  const other = toSqlDriver(handle)
  await other.batch([INSERT])
  await driver.close()
  expect(toSqlDriver(handle)).toBe(other)
})

test('sends a batch at once where nothing runs that it must wait for', () => {
  const sent: unknown[] = []
  const handle: DatabaseHandle = {
    query: () => Promise.reject(new Error('not used')),
    batch(statements) {
      sent.push(...statements.map(({ sql }) => sql))
      return new Promise(() => {})
    },
  }
  const driver = toSqlDriver(handle)
  for (const sql of ['read 1', 'read 2']) driver.batch([{ sql }], { readOnly: true })
  driver.batch([{ sql: 'write' }])
  driver.batch([{ sql: 'read 3' }], { readOnly: true })
  expect(sent).toEqual(['read 1', 'read 2'])
})
