import { type Failure, shortDetail, shortText } from '@persql/sdk/protocol'
import type { Reply } from './job.ts'
import type { SqlFailure } from './sql-failure.ts'

/** What a caller is told of a failure. */
export function failureReply({ status, message, detail }: SqlFailure): Reply {
  const failure: Failure = {
    success: false,
    error: shortText(message),
    ...(detail && { errorDetail: shortDetail(detail) }),
  }
  const head = { status, rowsRead: 0, rowsWritten: 0, ...(detail && { errorKind: detail.kind }) }
  return { head, body: JSON.stringify(failure) }
}
