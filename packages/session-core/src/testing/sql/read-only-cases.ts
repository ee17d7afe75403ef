import { expect } from 'vitest'
import type { SqlDriver, SqlStatement } from '../../driver/sql-driver.ts'
import type { TestCase } from '../sql-driver-case.ts'
import { expectRefused, SELECT, valuesOf } from './table-t.ts'

/** What `readOnly` promises. A statement alone takes another way through some drivers than one among others. */
export function readOnlyCases(test: TestCase): void {
  test('reads with readOnly what was written before', async ({ driver, sql }) => {
    await driver.batch([sql.table('integer'), sql.insert(1)])
    const results = await driver.batch([SELECT, SELECT], { readOnly: true })
    expect(results.map(({ rows }) => rows)).toEqual([[[1]], [[1]]])
  })

  test('refuses to write with readOnly', async ({ driver, sql }) => {
    await driver.batch([sql.table('integer'), sql.insert(1)])
    const writes = [sql.insert(2), { sql: 'delete from t' }, { sql: 'drop table t' }]
    for (const write of writes) await expectReadOnly(driver, write)
    await driver.batch([sql.insert(3)])
    expect(await valuesOf(driver)).toEqual([1, 3])
  })

  test('refuses with readOnly what reaches other files, or changes the connection', async ({
    driver,
    sql,
  }) => {
    await driver.batch([sql.table('integer')])
    for (const statement of sql.beyondReading) await expectReadOnly(driver, statement)
    await driver.batch([{ sql: 'create table c (id integer references t (id))' }])
    await expectRefused(driver, [{ sql: 'insert into c values (1)' }], 'CONSTRAINT')
  })

  test('refuses with readOnly what writes within a statement that reads', async ({ driver, sql }) => {
    const { setup, refused, refusedOrUndone, state } = sql.hiddenWrites
    await driver.batch([sql.table('integer'), sql.insert(1)])
    for (const statement of setup) await driver.batch([statement])
    const read = async () => (await driver.batch(state)).map(({ rows }) => rows)
    const before = await read()
    for (const text of refused) {
      await expectReadOnly(driver, { sql: text })
      expect(await read()).toEqual(before)
    }
    for (const text of refusedOrUndone) {
      for (const batch of [[{ sql: text }], [SELECT, { sql: text }]]) {
        await driver.batch(batch, { readOnly: true }).catch(() => {})
        expect(await read()).toEqual(before)
      }
    }
    await driver.batch([sql.insert(2)])
    expect(await valuesOf(driver)).toEqual([1, 2])
  })

  test('tells with readOnly about tables and settings', async ({ driver, sql }) => {
    await driver.batch([sql.table('integer')])
    const results = await driver.batch(
      sql.tells.map(({ sql: text }) => ({ sql: text })),
      { readOnly: true },
    )
    expect(results.map(({ rows }) => rows.length)).toEqual(sql.tells.map(({ rows }) => rows))
  })
}

async function expectReadOnly(driver: SqlDriver, statement: SqlStatement): Promise<void> {
  for (const batch of [[statement], [SELECT, statement]]) {
    const running = driver.batch(batch, { readOnly: true })
    await expect(running, statement.sql).rejects.toMatchObject({ name: 'StorageError', code: 'READ_ONLY' })
  }
}
