import { ApprovalRequiredError, PerSQLError, RateLimitError } from '@persql/sdk'
import { shortDetail, shortText } from '@persql/sdk/protocol'
import { isStorageError } from '@persql/session-core'

/** An error of a tool, as the PerSQL API documents it; sent as JSON text. */
export interface ToolError {
  readonly error: string
  /** Why SQL failed. */
  readonly errorDetail?: PerSQLError['detail']
  /** HTTP status that the API gives, where there is one. */
  readonly status?: number
  /** Seconds to wait. */
  readonly retryAfter?: number
  /** Where a person decides about the write. */
  readonly approvalUrl?: string
}

/** A refusal by the tool itself, before anything was sent. */
export class ToolRefusal extends Error {
  override readonly name = 'ToolRefusal'
}

/** Unknown errors say nothing of themselves: their text could hold anything. */
export function toToolError(error: unknown): ToolError {
  if (error instanceof ToolRefusal) return { error: shortText(error.message) }
  if (error instanceof PerSQLError) return ofApi(error)
  if (isStorageError(error)) {
    return error.cause instanceof PerSQLError ? ofApi(error.cause) : { error: shortText(error.message) }
  }
  return { error: 'The tool failed.' }
}

function ofApi(error: PerSQLError): ToolError {
  const { message, detail, status } = error
  return {
    error: shortText(message),
    ...(detail && { errorDetail: shortDetail(detail) }),
    ...(status !== undefined && { status }),
    ...(error instanceof RateLimitError &&
      error.retryAfter !== undefined && { retryAfter: error.retryAfter }),
    ...(error instanceof ApprovalRequiredError && { approvalUrl: error.approvalUrl }),
  }
}
