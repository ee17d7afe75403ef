import { Queue } from '../driver/queue.ts'
import { refuseUnusable } from '../driver/refuse-unusable.ts'
import type { BatchOptions, SqlDriver, SqlResult, SqlStatement, SqlValue } from '../driver/sql-driver.ts'
import { isStorageError, StorageError } from '../driver/storage-error.ts'
import { refuseSideEffects } from './refuse-side-effects.ts'
import { sqlError } from './sqlite-error.ts'

/** One open connection to an in-process SQLite, as {@link sqliteDriver} needs it. */
export interface SqliteEngine {
  /**
   * Sets what the connection needs, such as enforced foreign keys, before its first batch. Called only while no
   * transaction is open, because SQLite ignores or refuses some settings inside one. When it throws, the engine is
   * closed.
   */
  configure?(): void
  /**
   * Runs one statement to its end. May throw what the binding throws. Integers that a number cannot hold come
   * back as bigints, blobs as plain `Uint8Array`s. With `readOnly`, a statement that would change the database
   * throws, with `READ_ONLY` or as SQLite does. What it changes unseen is undone by the driver.
   */
  run(sql: string, params: readonly SqlValue[], readOnly: boolean): SqlResult
  /** True between BEGIN and COMMIT. */
  inTransaction(): boolean
  /**
   * What `SELECT total_changes()` and `PRAGMA data_version` say. Only for a connection that nothing but the driver uses
   * and that stays the same one.
   */
  changes?(): { readonly rows: number; readonly dataVersion: number }
  close(): void
}

export interface SqliteDriverOptions {
  /** Opens the connection. Called at the first batch, and again at the next one if it failed. */
  open(): SqliteEngine | Promise<SqliteEngine>
  /**
   * How long a batch waits for the lock of another connection before it rejects with `BUSY`, in milliseconds.
   * 0 does not wait. Default: 10,000.
   */
  readonly busyTimeout?: number | undefined
  /**
   * Called before each batch that is not `readOnly`, except the one that opens the connection. When it rejects, the
   * batch rejects with that error and is not run.
   */
  beforeWrite?(engine: SqliteEngine): Promise<void>
  /**
   * Called after each batch that was not `readOnly`, before it is acknowledged. When it rejects, the batch rejects
   * with that error, so it must have undone the change.
   */
  afterWrite?(engine: SqliteEngine): Promise<void>
  /** Called by `close`, before the engine is closed. */
  beforeClose?(engine: SqliteEngine): Promise<void>
}

const NO_PARAMS: readonly SqlValue[] = []

/**
 * A driver over an SQLite that runs in this process. It brings what every such driver needs: batches as
 * transactions, first come first served; opening at the first use; waiting for locks; errors as `StorageError`s.
 */
export function sqliteDriver(options: SqliteDriverOptions): SqlDriver {
  const { busyTimeout = 10_000, beforeWrite, afterWrite, beforeClose } = options
  if (typeof busyTimeout !== 'number' || !(busyTimeout >= 0)) {
    throw new StorageError('INVALID_ARGUMENT', 'busyTimeout must be a number of milliseconds, 0 or more.')
  }
  let engine: SqliteEngine | undefined
  let closed: Promise<void> | undefined
  // Of the batches that could not run at once.
  const queue = new Queue()
  let writes = 0

  function run(
    opened: SqliteEngine,
    statements: readonly SqlStatement[],
    { readOnly = false }: BatchOptions,
  ) {
    if (!readOnly) writes += 1
    return runBatch(opened, statements, readOnly)
  }

  async function runWaiting(statements: readonly SqlStatement[], batchOptions: BatchOptions) {
    const start = performance.now()
    const deadline = start + busyTimeout
    for (;;) {
      try {
        engine ??= configured(await options.open())
        return run(engine, statements, batchOptions)
      } catch (error) {
        const failure = sqlError(error)
        if (failure.code !== 'BUSY' || performance.now() >= deadline) throw failure
      }
      await pause(performance.now() - start)
    }
  }

  async function runAndSave(statements: readonly SqlStatement[], batchOptions: BatchOptions) {
    if (beforeWrite && engine && !batchOptions.readOnly) await beforeWrite(engine)
    const results = await runWaiting(statements, batchOptions)
    if (afterWrite && engine && !batchOptions.readOnly) await afterWrite(engine)
    return results
  }

  return {
    dialect: 'sqlite',

    async batch(statements, batchOptions = {}) {
      if (closed) throw new StorageError('DRIVER_CLOSED', 'This driver was closed. Open another one.')
      if (statements.length === 0) return []
      refuseUnusable(statements)
      if (batchOptions.readOnly) refuseSideEffects(statements)
      if (engine && queue.isIdle && !beforeWrite && !afterWrite) {
        try {
          return run(engine, statements, batchOptions)
        } catch (error) {
          if (!isStorageError(error, 'BUSY')) throw error
        }
      }
      return queue.write(() => runAndSave(statements, batchOptions))
    },

    changes() {
      const done = !closed && queue.isIdle ? engine?.changes?.() : undefined
      return done && { own: writes + done.rows, others: done.dataVersion }
    },

    close() {
      closed ??= queue.write(async () => {
        if (!engine) return
        try {
          await beforeClose?.(engine)
        } catch (error) {
          throw closeAfter(error, engine)
        }
        engine.close()
      })
      return closed
    },
  }
}

function configured(engine: SqliteEngine): SqliteEngine {
  try {
    refuseOpenTransaction(engine)
    engine.configure?.()
    return engine
  } catch (error) {
    throw closeAfter(error, engine)
  }
}

function refuseOpenTransaction(engine: SqliteEngine): void {
  if (!engine.inTransaction()) return
  throw new StorageError('BUSY', 'The database handle has an open transaction of its own. End it first.')
}

function runBatch(engine: SqliteEngine, statements: readonly SqlStatement[], readOnly: boolean): SqlResult[] {
  refuseOpenTransaction(engine)
  let index: number | undefined
  try {
    // SQLite runs a single statement as a transaction of its own.
    if (statements.length === 1) {
      index = 0
      const { sql, params = NO_PARAMS } = statements[0]!
      return [engine.run(sql, params, readOnly)]
    }
    engine.run(readOnly ? 'BEGIN' : 'BEGIN IMMEDIATE', NO_PARAMS, false)
    const results: SqlResult[] = []
    for (index = 0; index < statements.length; index++) {
      const { sql, params = NO_PARAMS } = statements[index]!
      results.push(engine.run(sql, params, readOnly))
    }
    index = undefined
    // So that nothing stays of what only reads, whatever a function or a virtual table has done meanwhile.
    engine.run(readOnly ? 'ROLLBACK' : 'COMMIT', NO_PARAMS, false)
    return results
  } catch (error) {
    const failure = sqlError(error, index, index === undefined ? undefined : statements[index]?.sql)
    try {
      if (engine.inTransaction()) engine.run('ROLLBACK', NO_PARAMS, false)
    } catch (rollbackError) {
      throw Object.assign(failure, { suppressed: rollbackError })
    }
    throw failure
  }
}

/** Closes the engine; returns the error that led to it, with that of closing attached if this fails as well. */
function closeAfter(error: unknown, engine: SqliteEngine): unknown {
  try {
    engine.close()
  } catch (closeError) {
    if (error instanceof Error) return Object.assign(error, { suppressed: closeError })
  }
  return error
}

const timers = globalThis as {
  setImmediate?: (task: () => void) => void
  setTimeout: (task: () => void, milliseconds: number) => void
}
const neverNotified =
  typeof SharedArrayBuffer === 'function' ? new Int32Array(new SharedArrayBuffer(4)) : undefined

/** Most locks are held for less than so many milliseconds. */
const SOON = 2
/** Whoever has waited for so many milliseconds must not be overtaken for ever. */
const LATE = 10

/**
 * Waits for a moment, while other work of this process may run: at first for up to 0.35 ms, late for less, in between for
 * some milliseconds, because those who write at the same time get more done if they are disturbed less. SQLite's own busy
 * handler sleeps for up to 100 ms at a time, which starves a waiting writer.
 */
function pause(waited: number): Promise<void> {
  const { setImmediate, setTimeout } = timers
  if (waited >= SOON && waited < LATE) {
    return new Promise((resolve) => setTimeout(resolve, 2 + Math.random() * 2))
  }
  if (neverNotified && setImmediate) {
    const [least, spread] = waited < SOON ? [0.05, 0.3] : [0.02, 0.1]
    Atomics.wait(neverNotified, 0, 0, least + Math.random() * spread)
    return new Promise((resolve) => setImmediate(resolve))
  }
  return new Promise((resolve) => setTimeout(resolve, 1))
}
