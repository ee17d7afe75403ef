import type { FetchResponse } from '../http/fetch.ts'
import { parseRetryAfter } from '../http/retry-delay.ts'
import { type Failure, HEADERS } from '../protocol/index.ts'
import { ApprovalRequiredError } from './approval-required-error.ts'
import { PerSQLError } from './persql-error.ts'
import { RateLimitError } from './rate-limit-error.ts'
import type { Redactor } from './redactor.ts'

/** The error for an answer that is no success. `body` is its JSON, or undefined for anything else. */
export function responseError(response: FetchResponse, body: unknown, redactor: Redactor): PerSQLError {
  const { status } = response
  const failure = (typeof body === 'object' && body !== null ? body : {}) as Partial<Failure>
  const message =
    typeof failure.error === 'string' && failure.error !== ''
      ? redactor.text(failure.error)
      : `HTTP ${status}`
  const { errorDetail, approvalToken, approvalUrl, hits = [], expiresAt } = failure
  const detail = typeof errorDetail === 'object' && errorDetail ? redactor.detail(errorDetail) : undefined

  // Browsers tell nothing of a redirect but a status of 0.
  if (status === 0 || (status >= 300 && status < 400)) {
    const where = `The PerSQL API redirects${status === 0 ? '' : ` (HTTP ${status})`}`
    return new PerSQLError('api', `${where}. Pass the address it redirects to as baseURL.`, { status })
  }
  if (status === 429) {
    const retryAfter = parseRetryAfter(response.headers.get(HEADERS.retryAfter))
    return new RateLimitError(message, { detail, retryAfter })
  }
  if (status === 403 && approvalToken !== undefined) {
    const approval = { approvalToken, approvalUrl: approvalUrl ?? '', hits, expiresAt }
    return new ApprovalRequiredError(message, approval, { detail })
  }
  // A success by its status that is none by its body did not come from the API as it is documented.
  const code = response.ok && failure.success !== false ? 'invalid_response' : 'api'
  return new PerSQLError(
    code,
    code === 'api' ? message : `HTTP ${status} without an answer of the PerSQL API`,
    {
      status,
      detail,
    },
  )
}
