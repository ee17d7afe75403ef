import { StorageError } from '../driver/storage-error.ts'

const MAX_ID_LENGTH = 1024

/** An id that every engine stores and compares as given. */
export function checkId(what: string, id: unknown): string {
  const refuse = (why: string): never => {
    throw new StorageError('INVALID_ARGUMENT', `The ${what} ${why}`)
  }
  if (typeof id !== 'string') return refuse('must be a string.')
  if (id.trim() === '') refuse('must not be empty or blank.')
  if (id.length > MAX_ID_LENGTH) refuse(`has ${id.length} characters; at most ${MAX_ID_LENGTH} are allowed.`)
  if (id.includes('\0')) refuse('must not contain a NUL character: databases cut text there.')
  if (!id.isWellFormed())
    refuse('must not contain half of a surrogate pair: two such ids would become the same.')
  return id
}

/** The session id, if it can be one; otherwise throws `INVALID_ARGUMENT`. */
export function checkSessionId(sessionId: unknown): string {
  return checkId('session id', sessionId)
}
