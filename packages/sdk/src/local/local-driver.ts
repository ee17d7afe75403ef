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
  /** All statements or none. The other options are those of a `SqlDriver`. */
  batch(
    statements: readonly { readonly sql: string; readonly params?: readonly SqlValue[] }[],
    options?: { readonly readOnly?: boolean },
  ): Promise<LocalResult[]>
  /** As that of a `SqlDriver`. */
  changes?(): { readonly own: number; readonly others: number } | undefined
  close(): Promise<void>
}

/** A `SqlDriver`. */
export interface LocalSqlDriver extends LocalDriver {
  readonly dialect: 'sqlite' | 'postgres'
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
