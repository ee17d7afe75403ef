import type { SqlDriver, SqlStatement } from '../../src/index.ts'

/** The driver, and in `batches` the statements of each call. */
export function recordingDriver(driver: SqlDriver): {
  readonly driver: SqlDriver
  readonly batches: (readonly SqlStatement[])[]
} {
  const batches: (readonly SqlStatement[])[] = []
  return {
    batches,
    driver: {
      ...driver,
      batch(statements, options) {
        batches.push(statements)
        return driver.batch(statements, options)
      },
    },
  }
}
