import { isStorageError, StorageError } from '@persql/session-core'

/**
 * What `read` returns. What a getter or a proxy of the caller throws becomes a refusal without its text, which may
 * hold anything.
 */
export function readGiven<Result>(what: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (isStorageError(error)) throw error
    throw new StorageError('INVALID_ARGUMENT', `${what} holds something that throws when it is read.`)
  }
}
