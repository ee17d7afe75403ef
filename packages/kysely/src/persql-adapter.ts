import type { SqlDriver } from '@persql/session-core'
import { PostgresAdapter, SqliteAdapter } from 'kysely'

/** Those who migrate in this process, one after the other. */
class MigrationQueue {
  #last: Promise<void> = Promise.resolve()
  #end = () => {}

  async acquire(): Promise<void> {
    const previous = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = promise
    await previous
    this.#end = resolve
  }

  release(): void {
    this.#end()
  }
}

/** SQLite without the rule that one connection serves everybody: here a connection is only a place for a buffer. */
export class PerSQLAdapter extends SqliteAdapter {
  readonly driver: SqlDriver
  readonly #migrations = new MigrationQueue()

  constructor(driver: SqlDriver) {
    super()
    this.driver = driver
  }

  override get supportsMultipleConnections(): boolean {
    return true
  }

  // Kysely's own SQLite adapter leaves this to the one connection.
  override acquireMigrationLock(): Promise<void> {
    return this.#migrations.acquire()
  }

  override async releaseMigrationLock(): Promise<void> {
    this.#migrations.release()
  }
}

/** PostgreSQL without transactions around migrations, which read, and locks of a connection. */
export class PerSQLPostgresAdapter extends PostgresAdapter {
  readonly driver: SqlDriver
  readonly #migrations = new MigrationQueue()

  constructor(driver: SqlDriver) {
    super()
    this.driver = driver
  }

  override get supportsTransactionalDdl(): boolean {
    return false
  }

  override acquireMigrationLock(): Promise<void> {
    return this.#migrations.acquire()
  }

  override async releaseMigrationLock(): Promise<void> {
    this.#migrations.release()
  }
}
