import { type SqlDriver, StorageError } from '../../src/index.ts'

/** The driver, for somebody who may only read. */
export function readingDriver(driver: SqlDriver): SqlDriver {
  return {
    ...driver,
    async batch(statements, options) {
      if (options?.readOnly) return driver.batch(statements, options)
      throw new StorageError('READ_ONLY', 'This token may only read.')
    },
  }
}
