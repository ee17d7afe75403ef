import { expect } from 'vitest'
import type { TestCase } from '../sql-driver-case.ts'
import { expectRefused, SELECT, valuesOf } from './table-t.ts'

/** What becomes of a database when a driver is closed, opened again, or not alone. */
export function closeCases(test: TestCase): void {
  test('closes twice, and rejects later batches with DRIVER_CLOSED', async ({ driver, sql }) => {
    await driver.batch([sql.table('integer')])
    await driver.close()
    await driver.close()
    await expectRefused(driver, [SELECT], 'DRIVER_CLOSED')
    await expectRefused(driver, [], 'DRIVER_CLOSED')
  })

  test('closes without ever having been used', async ({ driver }) => {
    await driver.close()
    await expectRefused(driver, [SELECT], 'DRIVER_CLOSED')
  })

  test('finishes the batches that were called before close', async ({ driver, sql }) => {
    const running = driver.batch([sql.table('integer'), sql.insert(1), SELECT])
    await driver.close()
    expect((await running)[2]?.rows).toEqual([[1]])
  })

  test('keeps data after reopening', async ({ driver, sql, again }) => {
    await driver.batch([sql.table('text'), sql.insert('kept')])
    await driver.close()
    expect(await valuesOf(await again())).toEqual(['kept'])
  })

  test('shares its database with another driver at the same time', async ({ driver, sql, again }) => {
    const other = await again()
    await driver.batch([sql.table('integer')])
    const both = [driver, other].flatMap((one) => [one.batch([sql.insert(1)]), one.batch([sql.insert(1)])])
    await Promise.all(both)
    expect(await valuesOf(driver)).toEqual([1, 1, 1, 1])
    expect(await valuesOf(other)).toEqual([1, 1, 1, 1])
  })
}
