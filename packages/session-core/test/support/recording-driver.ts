import type { SqlDriver, SqlStatement } from '../../src/index.ts'

/** The driver, and for each call its statements in `batches`, and in `readOnly` whether it was declared so. */
export function recordingDriver(driver: SqlDriver): {
  readonly driver: SqlDriver
  readonly batches: (readonly SqlStatement[])[]
  readonly readOnly: boolean[]
} {
  const batches: (readonly SqlStatement[])[] = []
  const readOnly: boolean[] = []
  return {
    batches,
    readOnly,
    driver: {
      ...driver,
      batch(statements, options) {
        batches.push(statements)
        readOnly.push(options?.readOnly ?? false)
        return driver.batch(statements, options)
      },
    },
  }
}
