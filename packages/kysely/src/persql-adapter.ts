import type { SqlDriver } from '@persql/session-core'
import { SqliteAdapter } from 'kysely'

/** SQLite without the rule that one connection serves everybody: here a connection is only a place for a buffer. */
export class PerSQLAdapter extends SqliteAdapter {
  readonly driver: SqlDriver
  #lastMigration: Promise<void> = Promise.resolve()
  #endMigration = () => {}

  constructor(driver: SqlDriver) {
    super()
    this.driver = driver
  }

  override get supportsMultipleConnections(): boolean {
    return true
  }

  // Kysely's own SQLite adapter leaves this to the one connection.
  override async acquireMigrationLock(): Promise<void> {
    const previous = this.#lastMigration
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#lastMigration = promise
    await previous
    this.#endMigration = resolve
  }

  override async releaseMigrationLock(): Promise<void> {
    this.#endMigration()
  }
}
