/** Names of the headers with a meaning of their own, in lower case. `Authorization` is `Bearer <token>`. */
export const HEADERS = {
  /** On query and batch: the same key is applied once within 24 hours; the first answer is replayed. */
  idempotencyKey: 'idempotency-key',
  /** `true` on a replayed answer. */
  idempotencyReplayed: 'idempotency-replayed',
  /** With `planStep`: a step of a plan that succeeded is replayed within 24 hours. */
  planKey: 'plan-key',
  planStep: 'plan-step',
  /** `true` on a replayed step. */
  planReplayed: 'plan-replayed',
  /** Seconds, or a date, before the call may be tried again. */
  retryAfter: 'retry-after',
} as const
