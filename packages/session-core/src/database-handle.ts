import { isSqlDriver, type SqlDriver, type SqlResult, type SqlStatement, type SqlValue } from './driver.ts'
import { sqliteErrorCode } from './sqlite/sqlite-error.ts'
import { isStorageError, StorageError, type StorageErrorCode } from './storage-error.ts'

/** One result of a {@link DatabaseHandle}. */
export interface HandleResult {
  readonly columns?: readonly string[]
  readonly rows?: readonly (readonly unknown[])[]
  /** The rows as objects. */
  readonly data?: readonly Record<string, unknown>[]
  readonly changes?: number
  readonly lastInsertRowid?: number
  readonly rowsRead?: number
  readonly rowsWritten?: number
}

/** What is needed of a PerSQL database handle, from `@persql/sdk` or any object of its shape. */
export interface DatabaseHandle {
  query(sql: string, params?: unknown[]): Promise<HandleResult>
  batch(
    statements: { sql: string; params?: unknown[] }[],
    options?: { transaction?: boolean },
  ): Promise<readonly HandleResult[]>
}

const drivers = new WeakMap<object, SqlDriver>()

/**
 * The driver itself, or a driver over a database handle: always the same one for the same handle. Closing that
 * driver leaves the handle open.
 */
export function toSqlDriver(database: SqlDriver | DatabaseHandle): SqlDriver {
  if (isSqlDriver(database)) return database
  if (!isDatabaseHandle(database)) {
    throw new StorageError(
      'INVALID_ARGUMENT',
      'The database must be a SqlDriver, such as betterSqlite3Driver("agents.db"), or a PerSQL database handle.',
    )
  }
  const driver = drivers.get(database) ?? handleDriver(database)
  drivers.set(database, driver)
  return driver
}

function isDatabaseHandle(value: unknown): value is DatabaseHandle {
  return (
    typeof value === 'object' &&
    value !== null &&
    'query' in value &&
    typeof value.query === 'function' &&
    'batch' in value &&
    typeof value.batch === 'function'
  )
}

function handleDriver(handle: DatabaseHandle): SqlDriver {
  return {
    dialect: 'sqlite',
    // https://docs.persql.com: at most 100 statements per call
    limits: { statements: 100 },

    async batch(statements) {
      if (statements.length === 0) return []
      try {
        const results = await handle.batch(statements.map(toRequest), { transaction: true })
        return results.map(toResult)
      } catch (error) {
        throw toStorageError(error)
      }
    },

    async close() {},
  }
}

function toRequest({ sql, params }: SqlStatement) {
  return params === undefined ? { sql } : { sql, params: [...params] }
}

function toResult(result: HandleResult): SqlResult {
  const data = result.data ?? []
  const { columns = Object.keys(data[0] ?? {}), changes, lastInsertRowid, rowsRead, rowsWritten } = result
  return {
    columns,
    rows: (result.rows ?? data.map((row) => columns.map((column) => row[column]))) as SqlValue[][],
    ...(changes === undefined ? {} : { changes }),
    ...(lastInsertRowid === undefined ? {} : { lastInsertRowid }),
    ...(rowsRead === undefined ? {} : { rowsRead }),
    ...(rowsWritten === undefined ? {} : { rowsWritten }),
  }
}

// The kinds of `errorDetail` in the PerSQL API.
const KINDS: Readonly<Record<string, StorageErrorCode>> = {
  unique_violation: 'CONSTRAINT',
  not_null_violation: 'CONSTRAINT',
  fk_violation: 'CONSTRAINT',
  check_violation: 'CONSTRAINT',
  unknown_table: 'NO_SUCH_TABLE',
  syntax_error: 'INVALID_STATEMENT',
  too_many_params: 'INVALID_STATEMENT',
  database_locked: 'BUSY',
  readonly: 'READ_ONLY',
}

function toStorageError(error: unknown): StorageError {
  if (isStorageError(error)) return error
  const message = error instanceof Error ? error.message : String(error)
  const { detail, status } = (error ?? {}) as { detail?: { kind?: string }; status?: number }
  const code = KINDS[detail?.kind ?? ''] ?? (status === 403 ? 'READ_ONLY' : sqliteErrorCode(message))
  return new StorageError(code, message, { cause: error })
}
