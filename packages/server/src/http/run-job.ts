import { PoolFailure, type PoolReply } from '../pool/worker-pool.ts'
import type { Job } from '../worker/job.ts'
import { ApiError } from './api-error.ts'
import type { Services } from './context.ts'

const RETRY = { 'retry-after': '1' }

/** Runs a job in a worker. Throws the answer to give where there is none from the job. */
export async function runJob({ pool, limits }: Services, job: Job, body?: Uint8Array): Promise<PoolReply> {
  try {
    return await pool.run(job, body)
  } catch (error) {
    if (!(error instanceof PoolFailure)) throw error
    switch (error.reason) {
      case 'timeout':
        throw stopped(`it ran longer than ${limits.statementMs / 1000} s`)
      case 'memory':
        throw stopped('it needed more memory than the limit')
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
