import { type SqlDriver, type SqlResult, type SqlStatement, StorageError } from '@persql/session-core'
import { closableDriver, refuseMalformed } from '@persql/session-core/driver'
import { toCells, toParameter } from './cells.ts'
import { cloudflareError } from './cloudflare-error.ts'
import { LIMITS, refuseUnfit } from './limits.ts'
import { refuseWrites } from './refuse-writes.ts'

interface Cursor {
  readonly columnNames: string[]
  readonly rowsRead: number
  readonly rowsWritten: number
  raw(): Iterable<unknown[]>
}

/** The part of `ctx.storage.sql` that the driver needs. */
export interface DurableObjectSql {
  // biome-ignore lint/suspicious/noExplicitAny: it takes what Cloudflare's own types say, which are not known here.
  exec(sql: string, ...params: any[]): Cursor
}

/** The part of `ctx.storage` that the driver needs, of a Durable Object whose storage is SQLite. */
export interface DurableObjectStorage {
  readonly sql: DurableObjectSql
  transactionSync<Result>(work: () => Result): Result
}

export interface DurableObjectDriverOptions {
  /** Whether every batch is one that only reads, and refused where it is more. Default: false. */
  readonly readOnly?: boolean | undefined
}

/**
 * A driver over the SQLite storage of a Durable Object: `durableObjectDriver(ctx.storage)`. A batch runs at once, without
 * waiting for anything. Cloudflare holds back what the object answers until its writes are on disk.
 *
 * Integers beyond 2^53 are refused, because they would arrive rounded.
 */
export function durableObjectDriver(
  storage: DurableObjectStorage,
  options: DurableObjectDriverOptions = {},
): SqlDriver {
  if (typeof storage?.sql?.exec !== 'function' || typeof storage.transactionSync !== 'function') {
    throw new StorageError(
      'INVALID_ARGUMENT',
      'The storage must be ctx.storage of a Durable Object that is made with `new_sqlite_classes`.',
    )
  }
  const { readOnly: readsOnly = false } = options

  return closableDriver({
    dialect: 'sqlite',
    limits: LIMITS,

    async batch(statements, { readOnly = false } = {}) {
      const isReading = readsOnly || readOnly
      if (isReading) refuseWrites(statements)
      refuseMalformed(statements)
      refuseUnfit(statements)
      // Nothing comes between statements that do not wait.
      if (isReading) return runAll(storage.sql, statements)
      return storage.transactionSync(() => runAll(storage.sql, statements))
    },

    async close() {},
  })
}

function runAll(engine: DurableObjectSql, statements: readonly SqlStatement[]): SqlResult[] {
  return statements.map(({ sql, params = [] }, index) => {
    try {
      const cursor = engine.exec(sql, ...params.map(toParameter))
      const rows = [...cursor.raw()]
      const columns = cursor.columnNames
      for (const row of rows) toCells(row, columns)
      return { columns, rows, rowsRead: cursor.rowsRead, rowsWritten: cursor.rowsWritten } as SqlResult
    } catch (error) {
      throw cloudflareError(error, index, sql)
    }
  })
}
