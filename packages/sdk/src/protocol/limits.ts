const DAY = 86_400

/** What servers accept, in seconds, bytes, days or counts. The first group is documented, the second one chosen. */
export const LIMITS = {
  statements: 100,
  idempotencyKeyLength: 200,
  /** How long the answers to idempotency keys and to the steps of plans are kept. */
  idempotencyTtlSec: DAY,
  refLength: 64,
  claimTtlSec: { default: 3600, min: 60, max: 30 * DAY },
  branchTtlDays: { min: 1, max: 30 },
  statementSec: 30,

  // The public documentation is silent on these. They are the defaults of a server, which may set others.
  bodyBytes: 32 * 1024 * 1024,
  resultBytes: 64 * 1024 * 1024,
  sqlBytes: 1024 * 1024,
  params: 32_766,
  planKeyLength: 200,
  nameLength: 100,
  databaseTtlDays: { max: 365 },
} as const
