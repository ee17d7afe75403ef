import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import type { BatchOptions, SqlDriver, SqlStatement } from '@persql/session-core'

export interface RecordingDriver extends SqlDriver {
  readonly batches: { statements: readonly SqlStatement[]; options: BatchOptions | undefined }[]
  /** Called with every batch, before it runs. */
  onBatch?: () => void
}

/** SQLite in memory that remembers what it was asked. */
export function recordingDriver(properties: Partial<SqlDriver> = {}): RecordingDriver {
  const sqlite = betterSqlite3Driver(':memory:')
  const driver: RecordingDriver = {
    dialect: 'sqlite',
    batches: [],
    async batch(statements, options) {
      driver.batches.push({ statements: [...statements], options })
      driver.onBatch?.()
      return sqlite.batch(statements, options)
    },
    close: () => sqlite.close(),
    ...properties,
  }
  return driver
}
