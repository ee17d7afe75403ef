import type { DatabaseHandle, SqlDriver } from '@persql/session-core'
import { handleDriver } from '@persql/session-core/driver'

/**
 * A driver over a PerSQL database handle: `new PerSQL(…).database('acme/agent-state')`, or any object of its shape.
 * A batch is one request. Batches take effect in the order of the calls; those that only read run at the same time.
 * Closing the driver leaves the handle open.
 */
export function persqlDriver(database: DatabaseHandle): SqlDriver {
  return handleDriver(database)
}
