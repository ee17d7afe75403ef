import type { Failure } from '@persql/sdk/protocol'
import { isDiskFull } from '../../disk-full.ts'
import type { Call } from '../services.ts'
import { ApiError } from './api-error.ts'
import type { Log } from './record-request.ts'

/** The code of SQLite for a lock that somebody else holds, such as a program that looks at the file. */
const BUSY = 5

/** The first line of a stack after the message, which may have lines of its own. */
const PLACE = /^ +(at .+:\d+\)?)$/m

/** The error that a request is answered with for one that was thrown, and the body of that answer. */
export function failureOf(
  c: Call,
  thrown: unknown,
  log: Log,
): { readonly error: ApiError; readonly body: Failure } {
  const error =
    thrown instanceof ApiError ? thrown : (ofRegistry(thrown) ?? unknownError(thrown as Error, log))
  const { message, detail } = error
  c.set('errorKind', detail?.kind)
  return { error, body: { success: false, error: message, ...(detail && { errorDetail: detail }) } }
}

/** Where the file of the registry cannot be written now. */
function ofRegistry(thrown: unknown): ApiError | undefined {
  if (isDiskFull(thrown)) {
    const message = 'The disk is full. Nothing was changed.'
    return new ApiError(507, message, { detail: { kind: 'disk_full', message } })
  }
  if ((thrown as { errcode?: number } | undefined)?.errcode !== BUSY) return
  return new ApiError(503, 'The registry is locked. Try again.', { headers: { 'retry-after': '1' } })
}

function unknownError({ name, stack }: Error, log: Log): ApiError {
  // The message of an unknown error could hold anything; its name and place cannot.
  log?.({ level: 'error', event: 'failure', error: name, at: PLACE.exec(stack ?? '')?.[1] })
  return new ApiError(500, 'The server failed')
}
