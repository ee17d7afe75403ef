import { expect } from 'vitest'
import type { SqlDriver, SqlStatement, SqlValue } from '../../driver/sql-driver.ts'
import type { StorageErrorCode } from '../../driver/storage-error.ts'

export const SELECT: SqlStatement = { sql: 'select value from t order by id' }

export async function valuesOf(driver: SqlDriver): Promise<SqlValue[]> {
  const [result] = await driver.batch([SELECT], { readOnly: true })
  return result!.rows.map(([value]) => value!)
}

export async function expectRefused(
  driver: SqlDriver,
  statements: readonly SqlStatement[],
  code: StorageErrorCode,
) {
  await expect(driver.batch(statements)).rejects.toMatchObject({ name: 'StorageError', code })
}
