/** Options of a single call. What is left out is as it was set for the client. */
export interface CallOptions {
  /** A signal that ends the call, also while it waits between attempts; the call rejects with code `aborted`. */
  readonly signal?: AbortSignal | undefined
  /** How long one attempt may take, in milliseconds: 1 to 2,147,483,647. */
  readonly timeout?: number | undefined
  /** How many attempts may follow the first one. */
  readonly maxRetries?: number | undefined
}

/** Options of a call that runs SQL. */
export interface QueryOptions extends CallOptions {
  /**
   * A key of at most 200 printable characters, by which the call is applied once. Within 24 hours a call with the same
   * key and token is answered with the first one's result, and not run again. Not in local mode. Default: a random key
   * for each call that is not `readOnly` and has no `planKey`, the same for all its attempts.
   */
  readonly idempotencyKey?: string | undefined
  /**
   * The plan that the call is a step of, together with `planStep`, instead of an `idempotencyKey`: within 24 hours, a
   * step of this plan that has succeeded is answered with its result, and not run again. Not in local mode.
   */
  readonly planKey?: string | undefined
  /** The step of the plan that `planKey` names. */
  readonly planStep?: string | undefined
  /** The caller's promise that no statement changes anything: it is repeated without a key. Default: false. */
  readonly readOnly?: boolean | undefined
}

/** Options of a batch. */
export interface BatchOptions extends QueryOptions {
  /** Whether all statements are applied or none. Default: false; then those before a failing one stay applied. */
  readonly transaction?: boolean | undefined
}
