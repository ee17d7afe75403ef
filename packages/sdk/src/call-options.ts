/** Of a single call; what is left out is as for the client. */
export interface CallOptions {
  /** Ends the call, with what waits between its attempts, by an error with code `aborted`. */
  readonly signal?: AbortSignal | undefined
  /** For one attempt, in milliseconds: 1 to 2,147,483,647. */
  readonly timeout?: number | undefined
  /** Attempts after the first one. */
  readonly maxRetries?: number | undefined
}

export interface QueryOptions extends CallOptions {
  /**
   * At most 200 printable characters. Within 24 hours a call with the same key and token is answered with the first
   * one's result, and not run again. Not in local mode. Default: a random key for each call that is not `readOnly` and
   * has no `planKey`, the same for all its attempts.
   */
  readonly idempotencyKey?: string | undefined
  /**
   * With `planStep`, and instead of an `idempotencyKey`: within 24 hours, a step of this plan that has succeeded is
   * answered with its result, and not run again. Not in local mode.
   */
  readonly planKey?: string | undefined
  readonly planStep?: string | undefined
  /** The caller's promise that no statement changes anything: it is repeated without a key. Default: false. */
  readonly readOnly?: boolean | undefined
}

export interface BatchOptions extends QueryOptions {
  /** All statements or none. Default: false; then statements before a failing one stay applied. */
  readonly transaction?: boolean | undefined
}
