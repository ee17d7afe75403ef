import { refuseUnusable } from './refuse-unusable.ts'
import type { SqlDriver } from './sql-driver.ts'
import { StorageError } from './storage-error.ts'

/**
 * A driver that does what its contract asks around each batch: after `close` it rejects with `DRIVER_CLOSED`, no
 * statements give no results, and what no batch can hold is refused. `driver` gets the other batches, with their options, and
 * is closed once.
 */
export function closableDriver(driver: SqlDriver): SqlDriver {
  let closed: Promise<void> | undefined
  return {
    ...driver,

    async batch(statements, options = {}) {
      if (closed) throw new StorageError('DRIVER_CLOSED', 'This driver was closed. Open another one.')
      if (statements.length === 0) return []
      refuseUnusable(statements)
      return driver.batch(statements, options)
    },

    close() {
      closed ??= driver.close()
      return closed
    },
  }
}
