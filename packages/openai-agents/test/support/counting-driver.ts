import type { SqlDriver } from '@persql/session-core'

/** Counts the batches, which are the round trips of a remote driver. */
export function countingDriver(driver: SqlDriver): SqlDriver & { batches: number } {
  const counting = {
    ...driver,
    batches: 0,
    batch: (...args: Parameters<SqlDriver['batch']>) => {
      counting.batches += 1
      return driver.batch(...args)
    },
  }
  return counting
}
