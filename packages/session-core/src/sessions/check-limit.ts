import { StorageError } from '../driver/storage-error.ts'

/** A number of items, turns or sessions: whole, or infinite. Nothing below zero is ever counted. */
export function checkLimit(what: string, limit: unknown): number {
  if (
    typeof limit === 'number' &&
    (Number.isSafeInteger(limit) || Math.abs(limit) === Number.POSITIVE_INFINITY)
  ) {
    return Math.max(limit, 0)
  }
  throw new StorageError('INVALID_ARGUMENT', `${what} must be a whole number.`)
}
