import type { SqlDriver, SqlResult } from '../driver/sql-driver.ts'
import { StorageError } from '../driver/storage-error.ts'

/**
 * The driver, as one would be over a service that refuses answers of more than so many characters. What returns rows
 * and changes something is not for it: the change would stay.
 */
export function limitedDriver(driver: SqlDriver, limit: number): SqlDriver {
  return {
    ...driver,
    async batch(statements, options) {
      const results = await driver.batch(statements, options)
      if (sizeOf(results) <= limit) return results
      throw new StorageError('TOO_LARGE', `The answer is larger than ${limit} characters.`)
    },
  }
}

function sizeOf(results: readonly SqlResult[]): number {
  return JSON.stringify(results.map(({ rows }) => rows)).length
}
