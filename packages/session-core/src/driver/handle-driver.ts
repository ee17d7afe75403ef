import { refuseSideEffects } from '../sqlite/refuse-side-effects.ts'
import { CODES_BY_KIND, sqliteErrorCode } from '../sqlite/sqlite-error.ts'
import { withoutValues } from '../sqlite/without-values.ts'
import { closableDriver } from './closable-driver.ts'
import { Queue } from './queue.ts'
import {
  type BatchOptions,
  isSqlDriver,
  type SqlDialect,
  type SqlDriver,
  type SqlResult,
  type SqlStatement,
  type SqlValue,
} from './sql-driver.ts'
import { isStorageError, StorageError, type StorageErrorCode } from './storage-error.ts'

/** One result of a {@link DatabaseHandle}. */
export interface HandleResult {
  readonly columns?: readonly string[]
  readonly rows?: readonly (readonly unknown[])[]
  /** The rows as objects by column, which are read where `rows` are missing. */
  readonly data?: readonly Record<string, unknown>[]
  readonly changes?: number
  readonly lastInsertRowid?: number | bigint
  readonly rowsRead?: number
  readonly rowsWritten?: number
}

/** The part of a PerSQL database handle that sessions need, from `@persql/sdk` or any object of its shape. */
export interface DatabaseHandle {
  /** What SQL it speaks. Default: that of SQLite. */
  readonly sqlDialect?: SqlDialect
  /** What runs its SQL, where that is a driver of this process. Sessions use it as it is. */
  readonly sqlDriver?: SqlDriver | undefined
  query(sql: string, params?: readonly unknown[]): Promise<HandleResult>
  batch(
    statements: readonly { sql: string; params?: readonly unknown[] | undefined }[],
    options?: { transaction?: boolean; readOnly?: boolean },
  ): Promise<readonly HandleResult[]>
}

const drivers = new WeakMap<object, SqlDriver>()

/**
 * Returns the driver itself, or that of a database handle: the same one for the same handle until it is closed. Closing
 * it leaves the handle open.
 */
export function toSqlDriver(database: SqlDriver | DatabaseHandle): SqlDriver {
  if (isSqlDriver(database)) return database
  const known = drivers.get(database)
  if (known) return known
  const driver = handleDriver(database)
  const shared: SqlDriver = {
    ...driver,
    close() {
      if (drivers.get(database) === shared) drivers.delete(database)
      return driver.close()
    },
  }
  drivers.set(database, shared)
  return shared
}

/**
 * Makes a driver over a PerSQL database handle: `new PerSQL(…).database('acme/agent-state')`, or any object of its
 * shape. A batch is one request. Batches take effect in the order of the calls; those that only read run at the same
 * time. In local mode, it is the local driver that runs them. Closing the driver leaves the handle open.
 */
export function handleDriver(handle: DatabaseHandle): SqlDriver {
  if (!isDatabaseHandle(handle)) {
    throw new StorageError(
      'INVALID_ARGUMENT',
      'The database must be a SqlDriver, such as betterSqlite3Driver("agents.db"), or a PerSQL database handle.',
    )
  }
  const queue = new Queue()
  const { sqlDialect: dialect = 'sqlite', sqlDriver } = handle
  if (sqlDriver) return localDriver(sqlDriver, queue)

  async function send(statements: readonly SqlStatement[], readOnly: boolean): Promise<SqlResult[]> {
    try {
      const results = await handle.batch(statements.map(toRequest), { transaction: true, readOnly })
      return results.map(toResult)
    } catch (error) {
      throw toStorageError(error, statements)
    }
  }

  return closableDriver({
    dialect,
    // https://docs.persql.com: at most 100 statements per call
    limits: { statements: 100 },

    async batch(statements, { readOnly = false, setup = [] } = {}) {
      if (readOnly && dialect === 'sqlite') refuseSideEffects(statements)
      const run = async () => {
        if (setup.length > 0) await send(setup, false)
        return send(statements, readOnly)
      }
      return readOnly ? queue.read(run) : queue.write(run)
    },

    close: () => queue.end(),
  })
}

/** It keeps the order of the calls itself. */
function localDriver(driver: SqlDriver, queue: Queue): SqlDriver {
  async function run(statements: readonly SqlStatement[], options: BatchOptions): Promise<SqlResult[]> {
    try {
      return await driver.batch(statements, options)
    } catch (error) {
      throw toStorageError(error, statements)
    }
  }

  return closableDriver({
    ...driver,
    batch: (statements, options = {}) => queue.read(() => run(statements, options)),
    changes: () => (queue.isIdle ? driver.changes?.() : undefined),
    close: () => queue.end(),
  })
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

function toRequest({ sql, params }: SqlStatement) {
  return params === undefined ? { sql } : { sql, params: [...params] }
}

function toResult(result: HandleResult): SqlResult {
  const { columns = Object.keys(result.data?.[0] ?? {}), changes, lastInsertRowid } = result
  const { rowsRead, rowsWritten } = result
  // A handle may make the objects only when somebody asks for them.
  const rows = result.rows ?? result.data?.map((row) => columns.map((column) => row[column])) ?? []
  return {
    columns,
    rows: rows as SqlValue[][],
    ...(changes === undefined ? {} : { changes }),
    ...(lastInsertRowid === undefined ? {} : { lastInsertRowid }),
    ...(rowsRead === undefined ? {} : { rowsRead }),
    ...(rowsWritten === undefined ? {} : { rowsWritten }),
  }
}

// The kinds of `errorDetail` in the PerSQL API, and of the server in this repository.
const KINDS: Readonly<Record<string, StorageErrorCode>> = {
  ...CODES_BY_KIND,
  forbidden: 'READ_ONLY',
  timeout: 'UNAVAILABLE',
}

// The codes of `PerSQLError` where there was no answer of the API.
const CODES: Readonly<Record<string, StorageErrorCode>> = {
  network: 'UNAVAILABLE',
  timeout: 'UNAVAILABLE',
  invalid_response: 'UNAVAILABLE',
  aborted: 'UNAVAILABLE',
  invalid_argument: 'INVALID_STATEMENT',
  closed: 'DRIVER_CLOSED',
}

const STATUSES: Readonly<Record<number, StorageErrorCode>> = {
  401: 'CANNOT_OPEN',
  402: 'UNAVAILABLE',
  403: 'READ_ONLY',
  404: 'CANNOT_OPEN',
  408: 'UNAVAILABLE',
  413: 'TOO_LARGE',
  429: 'UNAVAILABLE',
}

interface HandleError {
  readonly code?: unknown
  readonly status?: number
  readonly detail?: { readonly kind?: string; readonly statementIndex?: number }
  readonly cause?: unknown
}

function toStorageError(error: unknown, statements: readonly SqlStatement[]): StorageError {
  if (isStorageError(error)) return error
  const { code, status = 0, detail, cause } = (error ?? {}) as HandleError
  // In local mode, the handle of the SDK runs on a driver itself.
  if (isStorageError(cause)) return cause
  const message = error instanceof Error ? error.message : String(error)
  return new StorageError(
    KINDS[detail?.kind ?? ''] ??
      CODES[String(code)] ??
      STATUSES[status] ??
      (status >= 500 ? 'UNAVAILABLE' : sqliteErrorCode(message)),
    withoutValues(message, statements.map(({ sql }) => sql).join('\n')),
    { cause: error, statementIndex: detail?.statementIndex },
  )
}
