import type { SqlStatement } from '../driver/sql-driver.ts'
import { isStorageError, StorageError } from '../driver/storage-error.ts'
import type { RunOptions, SessionBatches } from './session-batches.ts'

/**
 * How often a change starts over because the history changed between its read and its write. Each time, some other
 * writer was done, so whoever loses so often has as many in the way and waits in vain.
 */
const ATTEMPTS = 20

/** Resolves with the error where a guard among the statements did not hold: on the history, or on an operation id. */
export async function writeUnlessRefused(
  batches: SessionBatches,
  session: string,
  statements: readonly SqlStatement[],
  options?: RunOptions,
): Promise<StorageError | undefined> {
  try {
    await batches.runOn(session, statements, options)
    return undefined
  } catch (error) {
    if (isStorageError(error, 'HISTORY_CONFLICT')) return error
    throw error
  }
}

/**
 * Attempts a change that depends on what it reads, until the history has not changed in between. An attempt resolves
 * with the refusal of its write, or with nothing once it is done.
 */
export async function untilUnchanged(attempt: () => Promise<StorageError | undefined>): Promise<void> {
  let refusal: StorageError | undefined
  for (let count = 0; count < ATTEMPTS; count++) {
    refusal = await attempt()
    if (!refusal) return
  }
  throw new StorageError(
    'HISTORY_CONFLICT',
    `The history changed ${ATTEMPTS} times while it was being rewritten. Try again when others write less.`,
    { cause: refusal?.cause },
  )
}
