import type { BatchOptions, SqlDriver, SqlResult, SqlStatement } from '../driver/sql-driver.ts'
import { isStorageError, type StorageError } from '../driver/storage-error.ts'

/** A statement that breaks a constraint on purpose, unless what its batch expects is so. */
export interface Guard extends SqlStatement {
  readonly guard: true
}

/** The statement as one whose refusal {@link runGuarded} tells from other broken constraints. */
export function guard(statement: SqlStatement): Guard {
  return { ...statement, guard: true }
}

/**
 * Runs a batch. Rejects with what `refused` makes of the error where a {@link Guard} broke its constraint; where the
 * engine does not tell the statement, any broken constraint of a batch with guards counts as theirs; and with what
 * `failed` makes of an error of another kind.
 */
export function runGuarded(
  driver: SqlDriver,
  statements: readonly SqlStatement[],
  options: BatchOptions | undefined,
  refused: (cause: StorageError) => StorageError,
  failed: (error: StorageError) => StorageError = (error) => error,
): Promise<SqlResult[]> {
  return driver.batch(statements, options).catch((error: unknown) => {
    if (!isStorageError(error)) throw error
    if (error.code !== 'CONSTRAINT') throw failed(error)
    const { statementIndex } = error
    const suspects = statementIndex === undefined ? statements : [statements[statementIndex]]
    if (!suspects.some((statement) => statement && 'guard' in statement)) throw error
    throw refused(error)
  })
}
