import { expect } from 'vitest'
import type { SqlValue } from '../../driver/sql-driver.ts'
import type { TestCase } from '../sql-driver-case.ts'
import { expectRefused, SELECT, valuesOf } from './table-t.ts'

/** What a batch rejects with. */
export function refusalCases(test: TestCase): void {
  test('rejects a table that does not exist with NO_SUCH_TABLE', async ({ driver }) => {
    await expectRefused(driver, [{ sql: 'select * from missing' }], 'NO_SUCH_TABLE')
    await expectRefused(driver, [{ sql: 'insert into missing values (1)' }], 'NO_SUCH_TABLE')
  })

  test('rejects what a constraint forbids with CONSTRAINT', async ({ driver, sql }) => {
    await driver.batch([
      sql.table('integer'),
      sql.insert(1, 'taken'),
      {
        sql: 'create table c (t_id integer references t (id), n integer not null, k integer check (k > 0))',
      },
    ])
    await expectRefused(driver, [sql.insert(2, 'taken')], 'CONSTRAINT')
    await expectRefused(driver, [{ sql: 'insert into c values (1, null, 1)' }], 'CONSTRAINT')
    await expectRefused(driver, [{ sql: 'insert into c values (1, 1, 0)' }], 'CONSTRAINT')
    await expectRefused(driver, [{ sql: 'insert into c values (99, 1, 1)' }], 'CONSTRAINT')
  })

  test('rejects SQL that does not parse with INVALID_STATEMENT', async ({ driver }) => {
    await expectRefused(driver, [{ sql: 'selec 1' }], 'INVALID_STATEMENT')
  })

  test('rejects two statements in one text with INVALID_STATEMENT', async ({ driver, sql }) => {
    await driver.batch([sql.table('integer')])
    const two = { sql: 'insert into t (value) values (1); delete from t' }
    await expectRefused(driver, [two], 'INVALID_STATEMENT')
    expect(await valuesOf(driver)).toEqual([])
  })

  test('rejects too few and too many parameters with INVALID_STATEMENT', async ({ driver, sql }) => {
    await driver.batch([sql.table('integer')])
    const { sql: insert } = sql.insert(1)
    await expectRefused(driver, [{ sql: insert, params: [1] }], 'INVALID_STATEMENT')
    await expectRefused(driver, [{ sql: insert, params: [1, 'a', 2] }], 'INVALID_STATEMENT')
    await expectRefused(driver, [{ sql: insert }], 'INVALID_STATEMENT')
    expect(await valuesOf(driver)).toEqual([])
  })

  test('rejects parameters that SQL cannot hold with INVALID_STATEMENT, before the batch begins', async ({
    driver,
    sql,
  }) => {
    await driver.batch([sql.table('text')])
    for (const value of [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      true,
      undefined,
      {},
      new Date(0),
      Symbol('s'),
    ]) {
      const unusable = sql.insert(value as SqlValue)
      await expectRefused(driver, [sql.insert('first'), unusable], 'INVALID_STATEMENT')
    }
    expect(await valuesOf(driver)).toEqual([])
  })

  test('rejects statements that begin or end a transaction with INVALID_STATEMENT', async ({
    driver,
    sql,
  }) => {
    await driver.batch([sql.table('integer')])
    for (const control of [
      'begin',
      'COMMIT',
      ' rollback',
      '-- note\nsavepoint s',
      '/* note */ end',
      'release s',
      ...sql.transactionControl,
    ]) {
      await expectRefused(driver, [sql.insert(1), { sql: control }], 'INVALID_STATEMENT')
      await expectRefused(driver, [{ sql: control }], 'INVALID_STATEMENT')
    }
    expect(await valuesOf(driver)).toEqual([])
  })

  test('keeps parameters out of its errors', async ({ driver, sql }) => {
    const secret = 'hunter2'
    await driver.batch([sql.table('integer'), sql.insert(1, secret)])
    const failing = sql.failsAt(secret)
    for (const batch of [[sql.insert(2, secret)], [failing], [SELECT, failing]]) {
      const error: unknown = await driver.batch(batch).catch((thrown) => thrown)
      expect(error).toMatchObject({ name: 'StorageError' })
      expect(String(error)).not.toContain(secret)
    }
  })
}
