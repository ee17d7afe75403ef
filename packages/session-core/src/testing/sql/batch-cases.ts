import { expect } from 'vitest'
import type { BatchOptions, SqlStatement } from '../../driver/sql-driver.ts'
import type { TestCase } from '../sql-driver-case.ts'
import { expectRefused, SELECT, valuesOf } from './table-t.ts'

/** That a batch is one transaction, in the order of the calls, with all that hangs on its statements. */
export function batchCases(test: TestCase): void {
  test('changes nothing when any statement of a batch fails', async ({ driver, sql }) => {
    await driver.batch([sql.table('text'), sql.insert('before', 'taken')])
    await expectRefused(
      driver,
      [
        sql.insert('a'),
        { sql: 'create table u (x integer)' },
        { sql: 'delete from t' },
        sql.insert('b', 'c'),
        sql.insert('d', 'c'),
      ],
      'CONSTRAINT',
    )
    expect(await valuesOf(driver)).toEqual(['before'])
    await expectRefused(driver, [{ sql: 'select * from u' }], 'NO_SUCH_TABLE')
  })

  test('says which statement failed', async ({ driver, sql }) => {
    await driver.batch([sql.table('integer'), sql.insert(1, 'taken')])
    const running = driver.batch([sql.insert(2), sql.insert(3, 'taken'), sql.insert(4)])
    await expect(running).rejects.toMatchObject({ statementIndex: 1 })
  })

  test('works on after a failed batch', async ({ driver, sql }) => {
    await driver.batch([sql.table('integer')])
    await expectRefused(driver, [sql.insert(1), { sql: 'select * from missing' }], 'NO_SUCH_TABLE')
    await driver.batch([sql.insert(2)])
    expect(await valuesOf(driver)).toEqual([2])
  })

  test('enforces foreign keys and cascades', async ({ driver, sql }) => {
    await driver.batch([
      sql.table('integer'),
      sql.insert(1),
      { sql: 'create table c (t_id integer references t (id) on delete cascade)' },
      { sql: 'insert into c values (1)' },
    ])
    await driver.batch([{ sql: 'delete from t' }])
    const [result] = await driver.batch([{ sql: 'select count(*) from c' }])
    expect(result?.rows).toEqual([[0]])
  })

  test('runs triggers that hold statements of their own', async ({ driver, sql }) => {
    await driver.batch([sql.table('integer'), ...sql.deletionLog, sql.insert(1)])
    const [, result] = await driver.batch([{ sql: 'delete from t' }, { sql: 'select id from log' }])
    expect(result?.rows).toEqual([[1]])
  })

  test('tells that something was changed, if it tells at all', async ({ driver, sql }) => {
    await driver.batch([sql.table('integer'), ...sql.deletionLog, sql.insert(1), sql.insert(2)])
    const count = async (statements: readonly SqlStatement[], options?: BatchOptions) => {
      const before = driver.changes?.()
      await driver.batch(statements, options).catch(() => {})
      const after = driver.changes?.()
      expect(after?.others).toBe(before?.others)
      return after && before ? after.own - before.own : undefined
    }
    expect(await valuesOf(driver)).toEqual([1, 2])
    const isSilent = driver.changes?.() === undefined
    const costs = [
      await count([SELECT], { readOnly: true }),
      await count([sql.insert(3)]),
      // With the row that the trigger adds.
      await count([{ sql: 'delete from t where value = 3' }]),
      await count([{ sql: 'update t set value = 4' }]),
      await count([{ sql: 'create table u (x integer)' }]),
    ]
    expect(costs).toEqual(isSilent ? costs.map(() => undefined) : [0, 2, 3, 3, 1])
  })

  test('runs batches in the order of the calls, each one whole', async ({ driver, sql }) => {
    await driver.batch([sql.table('integer')])
    const batches = Array.from({ length: 20 }, (_, index) =>
      driver.batch([sql.insert(index), sql.insert(index), SELECT]),
    )
    const results = await Promise.all(batches)
    for (const [index, result] of results.entries()) expect(result[2]?.rows).toHaveLength((index + 1) * 2)
    expect(await valuesOf(driver)).toEqual(Array.from({ length: 40 }, (_, index) => Math.floor(index / 2)))
  })
}
