/**
 * Why an operation was refused or failed. The set is closed: a new code is a minor version.
 *
 * Misuse, nothing was changed. Most of it is found before anything is sent to the database; some statements and sizes
 * only the database itself can refuse:
 * - `INVALID_ARGUMENT`: an option, session id, table name, limit or URL that cannot be used
 * - `INVALID_ITEM`: an item that could not be given back unchanged; `itemIndex` and `itemPath` say where
 * - `INVALID_STATEMENT`: SQL or parameters that the engine cannot run
 * - `TOO_LARGE`: more bytes in one item or one change than the engine takes
 * - `DRIVER_CLOSED`: the driver was closed before
 * - `DRIVER_NOT_INSTALLED`: the package for this URL is missing; the message names it
 *
 * The database refused or failed, nothing was changed:
 * - `NO_SUCH_TABLE`: a table does not exist
 * - `CONSTRAINT`: a unique, not-null, check or foreign-key rule
 * - `READ_ONLY`: the file, handle or token may only read
 * - `BUSY`: another writer held the lock for longer than the driver waits
 * - `FULL`: no space left
 * - `CANNOT_OPEN`: the database could not be opened or created
 * - `NOT_A_DATABASE`: the file is something else, or damaged
 * - `SAVE_FAILED`: the storage under an in-memory database could not be written, or not durably
 * - `SQL_ERROR`: anything else the engine said
 *
 * All attempts failed, and whether a change was made by one of them is not known:
 * - `UNAVAILABLE`: a remote database could not be reached, did not answer, or could not do it now
 *
 * The history is not what the operation expected, nothing was changed:
 * - `HISTORY_CONFLICT`: rows that the change depends on are gone, or newer ones exist
 * - `OPERATION_CONFLICT`: this operation id was used before for another change
 * - `UNREADABLE_ITEM`: the row to remove could not be decoded by an `opaque` codec
 * - `SESSION_NOT_FOUND`, `SESSION_EXISTS`: asked of a session by the catalog
 *
 * The run is not what the operation expected, nothing was changed:
 * - `RUN_NOT_FOUND`: there is no such run, or no such call of it waits for a decision
 * - `RUN_CONFLICT`: this run id was used before, in another session or with another input
 * - `RUN_CLAIMED`: another process works on the run
 * - `CLAIM_LOST`: another process has taken the run over
 * - `RUN_CANCELLED`: the run was cancelled
 * - `RUN_DIVERGED`: the code no longer asks what the journal has recorded
 * - `RUN_UNREADABLE`: a row of the journal does not parse
 * - `CALL_UNKNOWN`: nobody knows whether a call was made that must not be made twice
 * - `DECISION_CONFLICT`: the contrary was decided before
 */
export type StorageErrorCode =
  | 'INVALID_ARGUMENT'
  | 'INVALID_ITEM'
  | 'INVALID_STATEMENT'
  | 'TOO_LARGE'
  | 'DRIVER_CLOSED'
  | 'DRIVER_NOT_INSTALLED'
  | 'NO_SUCH_TABLE'
  | 'CONSTRAINT'
  | 'READ_ONLY'
  | 'BUSY'
  | 'FULL'
  | 'CANNOT_OPEN'
  | 'NOT_A_DATABASE'
  | 'SAVE_FAILED'
  | 'UNAVAILABLE'
  | 'SQL_ERROR'
  | 'HISTORY_CONFLICT'
  | 'OPERATION_CONFLICT'
  | 'UNREADABLE_ITEM'
  | 'SESSION_NOT_FOUND'
  | 'SESSION_EXISTS'
  | 'RUN_NOT_FOUND'
  | 'RUN_CONFLICT'
  | 'RUN_CLAIMED'
  | 'CLAIM_LOST'
  | 'RUN_CANCELLED'
  | 'RUN_DIVERGED'
  | 'RUN_UNREADABLE'
  | 'CALL_UNKNOWN'
  | 'DECISION_CONFLICT'

export interface StorageErrorOptions {
  readonly cause?: unknown
  readonly statementIndex?: number | undefined
  readonly itemIndex?: number | undefined
  readonly itemPath?: string | undefined
}

/**
 * The one error of this library. The message says what happened, to what, and what to do; it never holds
 * item content, parameters or tokens. `cause` is the original error where there is one.
 */
export class StorageError extends Error {
  override readonly name: string = 'StorageError'
  readonly code: StorageErrorCode
  /** The position in the batch of the statement that failed, where the engine tells. */
  declare readonly statementIndex?: number
  /** The position in the given list of the item that was refused. */
  declare readonly itemIndex?: number
  /** The place inside the item that was refused, as in `content[0].image`; empty for the item itself. */
  declare readonly itemPath?: string

  constructor(code: StorageErrorCode, message: string, options: StorageErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    if (options.statementIndex !== undefined) this.statementIndex = options.statementIndex
    if (options.itemIndex !== undefined) this.itemIndex = options.itemIndex
    if (options.itemPath !== undefined) this.itemPath = options.itemPath
  }
}

/**
 * Returns true for a {@link StorageError}, also one from another copy of this package, with that code if one is
 * given.
 */
export function isStorageError(error: unknown, code?: StorageErrorCode): error is StorageError {
  return (
    error instanceof Error &&
    error.name === 'StorageError' &&
    'code' in error &&
    (code === undefined || error.code === code)
  )
}
