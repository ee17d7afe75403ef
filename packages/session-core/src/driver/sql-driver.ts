/** Which SQL the core must write. The session tables are available for `sqlite` and `postgres`. */
export type SqlDialect = 'sqlite' | 'postgres' | 'mysql'

/**
 * What a parameter or a cell can be. Integers come back as numbers, and as bigints where a number could not
 * hold them exactly. Blobs come back as plain `Uint8Array`s.
 */
export type SqlValue = null | string | number | bigint | Uint8Array

export interface SqlStatement {
  /** One statement. Values belong in `params`, never in here. */
  readonly sql: string
  /** Values for the placeholders, in order: `?` on `sqlite` and `mysql`, `$1` and so on on `postgres`. */
  readonly params?: readonly SqlValue[]
}

export interface SqlResult {
  /** The names of the columns in order; none for a statement that returns no rows. */
  readonly columns: readonly string[]
  /** The rows, each an array of cells in the order of `columns`. */
  readonly rows: readonly (readonly SqlValue[])[]
  /** The cells of a result with one column, from drivers that have them without making a row for each. */
  readonly cells?: readonly SqlValue[]
  /** How many rows were inserted, updated or deleted, where the engine tells. */
  readonly changes?: number
  /** The row id of the last inserted row, where the engine tells. */
  readonly lastInsertRowid?: number | bigint
  /** How many rows the engine had to look at, where the service meters them. */
  readonly rowsRead?: number
  /** How many rows and index entries were written, where the service meters them. */
  readonly rowsWritten?: number
}

export interface BatchOptions {
  /**
   * The caller's promise that no statement changes anything. A driver may then skip the write lock, or repeat a
   * request that got no answer. Where the engine can tell, a batch that breaks the promise rejects with `READ_ONLY`.
   * Default: false.
   */
  readonly readOnly?: boolean
  /**
   * The sessions that the batch reads or changes. Batches that have one in common take effect in the order of the
   * calls; a driver may run others at the same time. An empty list: the batch keeps no order with any. Absent: it keeps
   * the order with all.
   */
  readonly sessions?: readonly string[] | undefined
  /**
   * Statements that take effect ahead of the batch, as a transaction of their own, such as those that make its tables;
   * they travel with the batch. Where one fails, so does the call, and the batch is not run; their results are dropped.
   * Given to drivers of dialect `postgres` only.
   */
  readonly setup?: readonly SqlStatement[] | undefined
}

/**
 * What an engine caps. Lists of items are split by `valueBytes`, and refused with `TOO_LARGE`, before anything is
 * written, where an item or a list cannot fit. `statements` is told for callers that make batches of their own, such
 * as transactions of Kysely; those of the session store need few.
 */
export interface DriverLimits {
  /** How many statements one batch may have. */
  readonly statements?: number
  /** How many UTF-8 bytes one parameter may have. */
  readonly valueBytes?: number
  /** How many UTF-8 bytes all items of one batch may have. */
  readonly requestBytes?: number
  /** UTF-8 bytes in one pattern of LIKE or GLOB. Absent: what the engine is built with. */
  readonly patternBytes?: number
}

/** How much was done to a database. Where both numbers are what they were, nothing has changed in between. */
export interface DatabaseChanges {
  /**
   * Grows by one with each batch of the driver that was not `readOnly`, and by one with each row that it inserted, updated
   * or deleted, with those of its triggers.
   */
  readonly own: number
  /** Another one once another connection has changed the database. */
  readonly others: number
}

/**
 * Runs SQL on one database. Never decides what the tables mean.
 *
 * Nothing is opened or connected before the first call. Every rejection is a `StorageError`.
 */
export interface SqlDriver {
  readonly dialect: SqlDialect

  /** What the engine caps. Absent where no cap is known. */
  readonly limits?: DriverLimits

  /**
   * Applies every statement or none, in order, as one transaction, and resolves with one result per statement.
   * Batches of one driver take effect in the order of the calls, as far as `sessions` asks for it. What a resolved call wrote is as durable as
   * the driver promises; a rejected call changed nothing, except after `UNAVAILABLE`, where that is not known. The
   * error's `statementIndex` is set where the engine tells. An empty list resolves with an empty list. Statements
   * must not begin or end a transaction, and must not be changed by the caller before the call has settled.
   */
  batch(statements: readonly SqlStatement[], options?: BatchOptions): Promise<SqlResult[]>

  /**
   * Tells at once how much was done to the database so far. Absent, or `undefined`, where that is not known: while a
   * batch waits, before the first one, where others use the same connection, or where the engine does not tell. A driver
   * that passes its batches on to another one later, or elsewhere, must not pass this on.
   */
  changes?(): DatabaseChanges | undefined

  /**
   * Closes the driver once running batches have ended. Safe to call twice. Later batches reject with
   * `DRIVER_CLOSED`.
   */
  close(): Promise<void>
}

export function isSqlDriver(value: unknown): value is SqlDriver {
  return (
    typeof value === 'object' &&
    value !== null &&
    'dialect' in value &&
    typeof value.dialect === 'string' &&
    'batch' in value &&
    typeof value.batch === 'function'
  )
}
