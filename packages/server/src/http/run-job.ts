import { PoolFailure, type PoolReply } from '../pool/worker-pool.ts'
import type { Job } from '../worker/wire/job.ts'
import { ApiError } from './answers/api-error.ts'
import { gone, HttpCaller } from './http-caller.ts'
import type { Call, Services } from './services.ts'

const RETRY = { 'retry-after': '1' }

/**
 * Runs a job of a call in a worker, unless the call's connection or token has ended when its turn comes. Throws the
 * answer to give where there is none from the job.
 */
export async function runJob(
  { pool, limits, registry }: Services,
  c: Call,
  job: Job,
  body?: Uint8Array,
): Promise<PoolReply> {
  try {
    return await pool.run(job, body, new HttpCaller(c, registry.tokens))
  } catch (error) {
    if (!(error instanceof PoolFailure)) throw error
    switch (error.reason) {
      case 'timeout':
        throw stopped(`it ran longer than ${limits.statementMs / 1000} s`)
      case 'memory':
        throw stopped('it needed more memory than the limit')
      case 'temporary':
        throw stopped('its temporary files grew larger than the limit')
      case 'crashed':
        throw new ApiError(
          503,
          'The process of the statement ended. It is not known whether it took effect.',
          {
            headers: RETRY,
          },
        )
      case 'overloaded':
        throw new ApiError(503, 'Too many requests wait for this database.', { headers: RETRY })
      case 'late':
        throw new ApiError(503, 'The request waited too long for its turn. It was not run.', {
          headers: RETRY,
        })
      case 'abandoned':
        throw gone()
      case 'closed':
        throw new ApiError(503, 'The server is shutting down.', {
          headers: { connection: 'close', ...RETRY },
        })
    }
  }
}

/** Not as a failure that has changed nothing: the process may have ended just after the commit. */
function stopped(why: string): ApiError {
  const message = `The statement was stopped: ${why}.`
  return new ApiError(504, message, { detail: { kind: 'timeout', message } })
}
