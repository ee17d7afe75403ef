import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  isStorageError,
  type SqlDriver,
  type SqlResult,
  type SqlValue,
  StorageError,
} from '@persql/session-core'
import { absolutePath, importError } from '@persql/session-core/driver'
import {
  columnResult,
  type SqliteEngine,
  sqliteDriver,
  toCell,
  toCells,
  toCellsOfRow,
} from '@persql/session-core/sqlite'
import { openForReading } from './open-for-reading.ts'
import { refuseUnfit } from './refuse-unfit.ts'
import type { PreparedStatement, SqliteHandle } from './sqlite-handle.ts'
import { type CachedStatement, columnNames, StatementCache } from './statement-cache.ts'

export interface BetterSqlite3DriverOptions {
  /**
   * When an acknowledged write is durable. `full`: what was acknowledged survives a power cut; one fsync for each
   * write. `normal`: it survives a crash of the process, but the latest writes may be gone after a power cut or a
   * crash of the system. Default: `full`.
   */
  readonly synchronous?: 'full' | 'normal' | undefined
  /** How long a batch waits for another connection's lock before it rejects with `BUSY`. Default: 10,000 ms. */
  readonly busyTimeout?: number | undefined
  /**
   * Opens the file for reading only; it must exist. Nothing is changed, and nothing is left beside it, an empty
   * write-ahead log neither. Where SQLite cannot read it in place, as in a folder that may not be written, a
   * temporary copy is read, as it is when the driver opens. Not for a handle. Default: false.
   */
  readonly readOnly?: boolean | undefined
}

/**
 * A driver for a SQLite file, for `:memory:`, or for an existing better-sqlite3 handle.
 *
 * A path is opened, and its missing folders made, at the first use; `close` closes it. A relative path is one in the
 * working folder of the moment when the driver is made. A handle stays yours to
 * close, and must not have a transaction open while the driver works. Both are set to WAL, enforced foreign keys
 * and the chosen `synchronous`.
 */
export function betterSqlite3Driver(
  database: string | SqliteHandle,
  options: BetterSqlite3DriverOptions = {},
): SqlDriver {
  const { busyTimeout, synchronous = 'full' } = options
  const isPath = typeof database === 'string'
  if (isPath ? database.trim() === '' : typeof database?.prepare !== 'function') {
    throw new StorageError(
      'INVALID_ARGUMENT',
      'The database must be a path such as "agents.db", ":memory:", or a better-sqlite3 Database.',
    )
  }
  if (synchronous !== 'full' && synchronous !== 'normal') {
    throw new StorageError('INVALID_ARGUMENT', 'synchronous must be "full" or "normal".')
  }
  const source = isPath ? absolutePath(database) : database
  const driver = sqliteDriver({
    busyTimeout,
    async open() {
      if (typeof source !== 'string') {
        return { ...toEngine(source), configure: () => configure(source, synchronous), close() {} }
      }
      const { handle, close } = await openFile(source, options.readOnly ?? false)
      return {
        ...toEngine(handle),
        configure: () => configure(handle, synchronous),
        changes: changeCounter(handle),
        close,
      }
    },
  })
  // A file that is open for reading only can still attach others, and make copies of itself.
  const isReadOnly = isPath ? options.readOnly : database.readonly
  return isReadOnly
    ? { ...driver, batch: (statements) => driver.batch(statements, { readOnly: true }) }
    : driver
}

async function openFile(file: string, readOnly: boolean): Promise<{ handle: SqliteHandle; close(): void }> {
  const { default: Database } = await import('better-sqlite3').catch((cause: unknown) => {
    throw importError('better-sqlite3', cause)
  })
  refuseUnfit()
  try {
    if (readOnly && file !== ':memory:') return openForReading(Database, file)
    if (file !== ':memory:') await mkdir(dirname(file), { recursive: true })
    // One millisecond is the shortest step of SQLite's own waiting, and costs less than coming back here with an
    // error. The driver repeats it, and lets other work of the process run in between.
    const handle = new Database(file, { timeout: 1 })
    return { handle, close: () => void handle.close() }
  } catch (cause) {
    if (isStorageError(cause)) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StorageError('CANNOT_OPEN', `Cannot open or create "${file}": ${reason}`, { cause })
  }
}

function configure(handle: SqliteHandle, synchronous: 'full' | 'normal') {
  handle.pragma('foreign_keys = on')
  if (handle.readonly) return
  // Already in WAL, it is left alone: setting it again would wait for readers.
  if (handle.pragma('journal_mode', { simple: true }) !== 'wal') handle.pragma('journal_mode = wal')
  handle.pragma(`synchronous = ${synchronous}`)
}

function toEngine(handle: SqliteHandle): Pick<SqliteEngine, 'run' | 'inTransaction'> {
  const statements = new StatementCache(handle)
  return {
    run(sql, params, readOnly) {
      const cached = statements.get(sql)
      if (!readOnly) return run(cached, params)
      if (cached.mayWrite) {
        throw new StorageError('READ_ONLY', 'The batch was declared as one that only reads, but this writes.')
      }
      return cached.mayHideWrites ? queryOnly(handle, () => run(cached, params)) : run(cached, params)
    },
    inTransaction: () => handle.inTransaction,
  }
}

function changeCounter(handle: SqliteHandle): NonNullable<SqliteEngine['changes']> {
  let rows: PreparedStatement | undefined
  let version: PreparedStatement | undefined
  return () => {
    rows ??= handle.prepare('SELECT total_changes()').pluck()
    version ??= handle.prepare('PRAGMA data_version').pluck()
    return { rows: Number(rows.get()), dataVersion: Number(version.get()) }
  }
}

function run(
  { statement, returnsRows, isPlucked, columns }: CachedStatement,
  params: readonly SqlValue[],
): SqlResult {
  if (isPlucked && columns) return columnResult(columns, toCellsOfRow(statement.all(...params)))
  if (returnsRows) {
    const rows = toCells(statement.all(...params))
    return { columns: columns ?? columnNames(statement), rows }
  }
  const { changes, lastInsertRowid } = statement.run(...params)
  return { columns: [], rows: [], changes, lastInsertRowid: toCell(lastInsertRowid) as number | bigint }
}

/** SQLite itself refuses then what would write. It prepares all statements again, so this is not for every one. */
function queryOnly(handle: SqliteHandle, work: () => SqlResult): SqlResult {
  const before = handle.pragma('query_only', { simple: true })
  handle.pragma('query_only = on')
  try {
    return work()
  } finally {
    handle.pragma(`query_only = ${before}`)
  }
}
