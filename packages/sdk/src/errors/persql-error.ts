import type { SqlErrorDetail } from '../protocol/index.ts'

/**
 * Where a call failed.
 *
 * - `api`: the API refused it, or its SQL failed; `status` and, for SQL, `detail` say why
 * - `network`: the API could not be reached, or the connection was lost
 * - `timeout`: no answer in time
 * - `invalid_response`: the answer is no JSON of the API, such as a proxy's error page, or was cut short
 * - `aborted`: by the `signal` that was passed
 *
 * Nothing was sent:
 * - `invalid_argument`: an option, name or value that cannot be used
 * - `local_mode`: it has no meaning in local mode
 * - `closed`: the client was closed before
 */
export type PerSQLErrorCode =
  | 'api'
  | 'network'
  | 'timeout'
  | 'invalid_response'
  | 'aborted'
  | 'invalid_argument'
  | 'local_mode'
  | 'closed'

export interface PerSQLErrorOptions {
  readonly status?: number | undefined
  readonly detail?: SqlErrorDetail | undefined
  readonly cause?: unknown
}

/**
 * The error of every call. A write that failed with `network`, `timeout`, `invalid_response` or `aborted`, with a
 * `status` of 500 or more and no `detail`, or with the kind `timeout` in its `detail`, may have been applied; any
 * other was not, except for the statements before the failing one of a batch that is no transaction. The text never
 * holds a token or a parameter.
 */
export class PerSQLError extends Error {
  override readonly name: string = 'PerSQLError'
  /** Where the call failed. */
  readonly code: PerSQLErrorCode
  /** The HTTP status of the answer, where there was one; in local mode, the one that a server would have given. */
  declare readonly status?: number
  /** Why the SQL failed, where it did. */
  declare readonly detail?: SqlErrorDetail

  constructor(code: PerSQLErrorCode, message: string, options: PerSQLErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    if (options.status !== undefined) this.status = options.status
    if (options.detail !== undefined) this.detail = options.detail
  }
}
