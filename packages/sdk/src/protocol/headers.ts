/** Names of the headers with a meaning of their own, in lower case. `Authorization` is `Bearer <token>`. */
export const HEADERS = {
  /** The key of a query or batch: the same key is applied once within 24 hours; the first answer is replayed. */
  idempotencyKey: 'idempotency-key',
  /** `true` on a replayed answer. */
  idempotencyReplayed: 'idempotency-replayed',
  /** The plan that a call is a step of, with `planStep`: a step that succeeded is replayed within 24 hours. */
  planKey: 'plan-key',
  planStep: 'plan-step',
  /** `true` on a replayed step. */
  planReplayed: 'plan-replayed',
  /** How many seconds to wait before the call is tried again, or the date until which. */
  retryAfter: 'retry-after',
} as const
