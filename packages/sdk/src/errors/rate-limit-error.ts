import { PerSQLError, type PerSQLErrorOptions } from './persql-error.ts'

/** Status 429: too many calls. */
export class RateLimitError extends PerSQLError {
  override readonly name = 'RateLimitError'
  /** Seconds to wait before the next call, where the API tells. */
  declare readonly retryAfter?: number

  constructor(message: string, options: PerSQLErrorOptions & { retryAfter?: number | undefined } = {}) {
    super('api', message, { status: 429, ...options })
    if (options.retryAfter !== undefined) this.retryAfter = options.retryAfter
  }
}
