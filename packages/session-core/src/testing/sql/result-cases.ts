import { expect } from 'vitest'
import type { SqlValue } from '../../driver/sql-driver.ts'
import type { ValueType } from '../dialects/dialect-statements.ts'
import type { TestCase } from '../sql-driver-case.ts'
import { SELECT, valuesOf } from './table-t.ts'

/** What a batch resolves with. */
export function resultCases(test: TestCase): void {
  test('resolves with one result per statement, in order', async ({ driver, sql }) => {
    const results = await driver.batch([sql.table('integer'), sql.insert(1), SELECT, sql.insert(2), SELECT])
    expect(results).toHaveLength(5)
    expect(results[2]?.rows).toEqual([[1]])
    expect(results[4]?.rows).toEqual([[1], [2]])
  })

  test('resolves with an empty list for no statements', async ({ driver }) => {
    expect(await driver.batch([])).toEqual([])
  })

  test('gives rows as arrays of cells in the order of the column names', async ({ driver }) => {
    const [result] = await driver.batch([{ sql: 'select 2 as b, 1 as a union all select 4, 3' }])
    expect(result?.columns).toEqual(['b', 'a'])
    expect(result?.rows).toEqual([
      [2, 1],
      [4, 3],
    ])
  })

  test('gives the cells of a single column as rows, and as cells only where they are the same', async ({
    driver,
  }) => {
    const [result] = await driver.batch([{ sql: 'select 1 as a union all select 2' }])
    expect(result?.columns).toEqual(['a'])
    expect(result?.rows).toEqual([[1], [2]])
    expect(result?.cells ?? [1, 2]).toEqual([1, 2])
  })

  test('names the columns of an empty result', async ({ driver, sql }) => {
    const [, result] = await driver.batch([sql.table('integer'), { sql: 'select id, name from t' }])
    expect(result).toMatchObject({ columns: ['id', 'name'], rows: [] })
  })

  test('keeps the cells of columns that have the same name', async ({ driver }) => {
    const [result] = await driver.batch([{ sql: 'select 1 as a, 2 as a' }])
    expect(result?.rows).toEqual([[1, 2]])
  })

  test('gives no columns and no rows for a statement that returns none', async ({ driver, sql }) => {
    const [created, inserted] = await driver.batch([sql.table('integer'), sql.insert(1)])
    expect(created).toMatchObject({ columns: [], rows: [] })
    expect(inserted).toMatchObject({ columns: [], rows: [] })
  })

  test('gives back null, text and numbers unchanged', async ({ driver, sql }) => {
    const given: readonly (readonly [ValueType, readonly SqlValue[]])[] = [
      ['text', [null, '', 'naïve 漢字 🙂', 'quote \' and " and \\']],
      ['number', [null, 0, -1, 1.5, 1e300, 2 ** 53 - 1]],
      ['integer', [null, 0, -1, 2 ** 53 - 1]],
    ]
    for (const [type, values] of given) {
      const inserts = values.map((value) => sql.insert(value))
      await driver.batch([{ sql: 'drop table if exists t' }, sql.table(type), ...inserts])
      expect(await valuesOf(driver)).toEqual(values)
    }
  })

  test('gives back bytes as a plain Uint8Array', async ({ driver, sql }) => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    await driver.batch([sql.table('bytes'), sql.insert(bytes), sql.insert(new Uint8Array())])
    const [first, second] = await valuesOf(driver)
    expect(first).toStrictEqual(bytes)
    expect(second).toStrictEqual(new Uint8Array())
  })

  test('takes and gives integers beyond 2^53 as bigints', async ({ driver, sql }) => {
    const given = [2n ** 53n + 1n, -(2n ** 63n), 7n]
    await driver.batch([sql.table('integer'), ...given.map((value) => sql.insert(value))])
    expect(await valuesOf(driver)).toEqual([2n ** 53n + 1n, -(2n ** 63n), 7])
  })

  test('gives back a text of five million characters', async ({ driver, sql }) => {
    const text = 'abcdé'.repeat(1_000_000)
    await driver.batch([sql.table('text'), sql.insert(text)])
    expect((await valuesOf(driver))[0] === text).toBe(true)
  })

  test('tells changes and the last row id right, where it tells them', async ({ driver, sql }) => {
    const [, inserted, updated] = await driver.batch([
      sql.table('integer'),
      { sql: 'insert into t (value) values (1), (2), (3)' },
      { sql: 'update t set value = 0 where id > 1' },
    ])
    expect(inserted?.changes ?? 3).toBe(3)
    expect(inserted?.lastInsertRowid ?? 3).toBe(3)
    expect(updated?.changes ?? 2).toBe(2)
  })

  test('returns the rows of an INSERT or DELETE with RETURNING', async ({ driver, sql }) => {
    const [, inserted, deleted] = await driver.batch([
      sql.table('integer'),
      { sql: 'insert into t (value) values (7), (8) returning id, value' },
      { sql: 'delete from t where value = 7 returning value' },
    ])
    expect(inserted).toMatchObject({ columns: ['id', 'value'] })
    expect(inserted?.rows).toEqual([
      [1, 7],
      [2, 8],
    ])
    expect(deleted?.rows).toEqual([[7]])
  })
}
