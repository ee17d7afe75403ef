import {
  type BatchOptions,
  type SqlDialect,
  type SqlDriver,
  type SqlResult,
  type SqlStatement,
  type SqlValue,
  StorageError,
} from '@persql/session-core'
import { BatchQueue, refuseUnusable } from '@persql/session-core/driver'
import { refuseSideEffects, toCell } from '@persql/session-core/sqlite'
import {
  CompiledQuery,
  type DialectAdapter,
  type Kysely,
  MysqlAdapter,
  PostgresAdapter,
  type QueryResult,
  SqliteAdapter,
} from 'kysely'
import { engineError } from './engine-error.ts'
import { PerSQLAdapter, PerSQLPostgresAdapter } from './persql-adapter.ts'

export interface KyselyDriverOptions {
  /**
   * Which SQL the database speaks. Default: found out for dialects that use Kysely's own adapter for SQLite,
   * Postgres or MySQL, or extend it; needed for others.
   */
  readonly dialect?: SqlDialect | undefined
}

/**
 * A driver that runs its batches on a Kysely instance, whatever its dialect. Plugins of the instance are left out.
 *
 * Rows arrive from Kysely as objects, so columns are named by the first row: an empty result has no columns, of
 * columns with the same name the last one stays, and names that are whole numbers come first. Cells are what the
 * dialect's client gives, except that bytes are plain `Uint8Array`s and bigints become numbers where those are exact.
 *
 * The instance stays yours to destroy. Do not wait for this driver inside a transaction of an instance that has one
 * connection, such as SQLite: each would wait for the other.
 */
export function kyselyDriver<Tables>(kysely: Kysely<Tables>, options: KyselyDriverOptions = {}): SqlDriver {
  if (typeof kysely?.getExecutor !== 'function' || kysely.isTransaction) {
    throw new StorageError(
      'INVALID_ARGUMENT',
      'kyselyDriver needs a Kysely instance that is not a transaction.',
    )
  }
  const db = kysely.withoutPlugins()
  const { adapter } = db.getExecutor()
  const dialect = options.dialect ?? dialectOf(adapter)
  const engine: Pick<SqlDriver, 'batch' | 'limits'> =
    adapter instanceof PerSQLAdapter || adapter instanceof PerSQLPostgresAdapter
      ? // Its transactions return no rows, so the driver below is asked directly.
        adapter.driver
      : { batch: (statements, batchOptions) => runBatch(db, dialect, statements, batchOptions) }
  const queue = new BatchQueue()
  let closed: Promise<void> | undefined

  return {
    dialect,
    ...(engine.limits ? { limits: engine.limits } : {}),

    async batch(statements, batchOptions) {
      if (closed) throw new StorageError('DRIVER_CLOSED', 'This driver was closed. Make another one.')
      if (statements.length === 0) return []
      refuseUnusable(statements)
      if (batchOptions?.readOnly && dialect === 'sqlite') refuseSideEffects(statements)
      // One connection serves everybody, or a batch is all that its engine does at a time.
      const order = dialect === 'sqlite' ? {} : (batchOptions ?? {})
      return queue.run(order, () => engine.batch(statements, batchOptions))
    },

    close() {
      closed ??= queue.end()
      return closed
    },
  }
}

function dialectOf(adapter: DialectAdapter): SqlDialect {
  if (adapter instanceof SqliteAdapter) return 'sqlite'
  if (adapter instanceof PostgresAdapter) return 'postgres'
  if (adapter instanceof MysqlAdapter) return 'mysql'
  throw new StorageError(
    'INVALID_ARGUMENT',
    'The dialect of this Kysely instance is not known. Name it: kyselyDriver(kysely, { dialect: "sqlite" }).',
  )
}

async function runBatch<Tables>(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  statements: readonly SqlStatement[],
  { readOnly = false, setup = [] }: BatchOptions = {},
): Promise<SqlResult[]> {
  if (setup.length > 0) await runBatch(db, dialect, setup)
  let failure: StorageError | undefined

  async function runAll(connection: Kysely<Tables>) {
    const results: SqlResult[] = []
    for (const [index, { sql, params = [] }] of statements.entries()) {
      try {
        results.push(toResult(await connection.executeQuery(CompiledQuery.raw(sql, [...params]))))
      } catch (error) {
        failure = engineError(dialect, error, index, sql)
        throw failure
      }
    }
    return results
  }

  try {
    if (dialect === 'postgres') return await (readOnly ? readAll(db, runAll) : writeAll(db, runAll))
    // Engines run a single statement as a transaction of its own.
    return await (statements.length === 1 ? runAll(db) : db.transaction().execute(runAll))
  } catch (error) {
    if (!failure) throw engineError(dialect, error)
    // Where the engine has rolled back by itself, Kysely's rollback fails and its error comes instead.
    throw error === failure ? failure : Object.assign(failure, { suppressed: error })
  }
}

type RunAll<Tables> = (connection: Kysely<Tables>) => Promise<SqlResult[]>

/** Whatever the default of the server: who waited for a lock sees what the other one has written. */
function writeAll<Tables>(db: Kysely<Tables>, runAll: RunAll<Tables>): Promise<SqlResult[]> {
  return db.transaction().setIsolationLevel('read committed').execute(runAll)
}

/** At one moment. To roll back undoes settings of the connection, too. */
async function readAll<Tables>(db: Kysely<Tables>, runAll: RunAll<Tables>): Promise<SqlResult[]> {
  const started = db.startTransaction().setIsolationLevel('repeatable read').setAccessMode('read only')
  const transaction = await started.execute()
  try {
    return await runAll(transaction)
  } finally {
    await transaction.rollback().execute()
  }
}

function toResult({ rows, numAffectedRows, insertId }: QueryResult<unknown>): SqlResult {
  const objects = rows as Record<string, SqlValue>[]
  const columns = Object.keys(objects[0] ?? {})
  return {
    columns,
    rows: objects.map((row) => columns.map((column) => toCell(row[column]))),
    ...(numAffectedRows === undefined ? {} : { changes: Number(numAffectedRows) }),
    ...(insertId === undefined ? {} : { lastInsertRowid: toCell(insertId) as number | bigint }),
  }
}
