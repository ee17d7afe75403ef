import { StorageError } from '@persql/session-core'

export function invalid(message: string): StorageError {
  return new StorageError('INVALID_ARGUMENT', message)
}
