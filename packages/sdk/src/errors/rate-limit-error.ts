import { PerSQLError, type PerSQLErrorOptions } from './persql-error.ts'

/** The API refused a call because there were too many (status 429). */
export class RateLimitError extends PerSQLError {
  override readonly name = 'RateLimitError'
  /** How many seconds to wait before the next call, where the API tells. */
  declare readonly retryAfter?: number

  constructor(message: string, options: PerSQLErrorOptions & { retryAfter?: number | undefined } = {}) {
    super('api', message, { status: 429, ...options })
    if (options.retryAfter !== undefined) this.retryAfter = options.retryAfter
  }
}
