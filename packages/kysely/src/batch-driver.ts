import { type SqlDriver, StorageError } from '@persql/session-core'
import type { Driver, TransactionSettings } from 'kysely'
import { BatchConnection } from './batch-connection.ts'

/** What Kysely calls a driver, over what this library calls one. */
export class BatchDriver implements Driver {
  readonly #driver: SqlDriver

  constructor(driver: SqlDriver) {
    this.#driver = driver
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<BatchConnection> {
    return new BatchConnection(this.#driver)
  }

  async releaseConnection(): Promise<void> {}

  async beginTransaction(connection: BatchConnection, settings: TransactionSettings): Promise<void> {
    const own = this.#driver.dialect === 'postgres' ? 'read committed' : 'serializable'
    const { accessMode, isolationLevel = own } = settings
    if (accessMode === 'read only') {
      throw new StorageError(
        'INVALID_ARGUMENT',
        'A transaction cannot be "read only": it is sent when it commits and returns nothing. Read without one.',
      )
    }
    if (isolationLevel !== own) {
      throw new StorageError(
        'INVALID_ARGUMENT',
        `A transaction cannot be "${isolationLevel}": it is always "${own}". Leave the level out.`,
      )
    }
    connection.begin()
  }

  async commitTransaction(connection: BatchConnection): Promise<void> {
    await connection.commit()
  }

  async rollbackTransaction(connection: BatchConnection): Promise<void> {
    connection.rollback()
  }

  async savepoint(connection: BatchConnection, name: string): Promise<void> {
    connection.transaction.savepoint(name)
  }

  async rollbackToSavepoint(connection: BatchConnection, name: string): Promise<void> {
    connection.transaction.rollbackTo(name)
  }

  async releaseSavepoint(connection: BatchConnection, name: string): Promise<void> {
    connection.transaction.release(name)
  }

  // The driver belongs to the caller.
  async destroy(): Promise<void> {}
}
