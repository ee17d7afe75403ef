import { StorageError } from '@persql/session-core'

export function noSuchSession(sessionId: string): StorageError {
  return new StorageError('SESSION_NOT_FOUND', `There is no session "${sessionId}".`)
}
