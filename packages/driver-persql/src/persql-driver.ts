import { type DatabaseHandle, type SqlDriver, StorageError, toSqlDriver } from '@persql/session-core'
import { refuseUnusable } from '@persql/session-core/sqlite'
import { Turns } from './turns.ts'

/**
 * A driver over a PerSQL database handle: `new PerSQL(…).database('acme/agent-state')`, or any object of its shape.
 * A batch is one request. Batches take effect in the order of the calls; those that only read run at the same time.
 * Closing the driver leaves the handle open.
 */
export function persqlDriver(database: DatabaseHandle): SqlDriver {
  const driver = toSqlDriver(database)
  const turns = new Turns()
  let closed: Promise<void> | undefined

  return {
    dialect: driver.dialect,
    ...(driver.limits === undefined ? {} : { limits: driver.limits }),

    async batch(statements, options = {}) {
      if (closed) throw new StorageError('DRIVER_CLOSED', 'This driver was closed. Open another one.')
      if (statements.length === 0) return []
      refuseUnusable(statements)
      const run = () => driver.batch(statements, options)
      return options.readOnly ? turns.read(run) : turns.write(run)
    },

    close() {
      closed ??= turns.end()
      return closed
    },
  }
}
