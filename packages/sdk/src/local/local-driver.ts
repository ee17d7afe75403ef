import { PerSQLError } from '../errors/persql-error.ts'
import type { SqlValue } from '../protocol/index.ts'

export interface LocalResult {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly SqlValue[])[]
  readonly changes?: number
  readonly lastInsertRowid?: number | bigint
}

/** What local mode needs of a driver. */
export interface LocalDriver {
  /** What SQL it speaks. Default: that of SQLite. */
  readonly dialect?: string
  /** All statements or none. */
  batch(
    statements: readonly { sql: string; params: readonly SqlValue[] }[],
    options: { readOnly: boolean },
  ): Promise<LocalResult[]>
  close(): Promise<void>
}

type LocalPackage = typeof import('@persql/driver-better-sqlite3')

// A name that bundlers cannot see: what they build for browsers and Workers must not ask for it.
const LOCAL_PACKAGE: string = '@persql/driver-better-sqlite3'

/** Loads SQLite, which only local mode needs. It is opened by its first batch. */
export async function loadLocalDriver(path: string): Promise<LocalDriver> {
  try {
    const { betterSqlite3Driver }: LocalPackage = await import(/* @vite-ignore */ LOCAL_PACKAGE)
    return betterSqlite3Driver(path)
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND'
    throw new PerSQLError(
      'local_mode',
      isMissing
        ? 'Local mode needs SQLite: npm install @persql/driver-better-sqlite3 better-sqlite3'
        : 'SQLite could not be loaded for local mode.',
      { cause },
    )
  }
}
