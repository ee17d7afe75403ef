/** Query parameters of `usage`. The public documentation is silent on the whole call. */
export interface UsageQuery {
  /** First and last day, `2026-01-31`, in UTC. */
  readonly from?: string
  readonly to?: string
  /** Slug. */
  readonly database?: string
  /** Id. */
  readonly token?: string
}

/** One for each day, database and token, by day. */
export type UsageResponse = readonly UsageRow[]

export interface UsageRow {
  readonly day: string
  readonly database: string
  readonly token: string
  readonly requests: number
  readonly rowsRead: number
  readonly rowsWritten: number
  /** Of the database, as last measured on that day. */
  readonly bytesStored: number
  /** Of the requests; storage is billed apart. See `costUsd`. */
  readonly costUsd: number
}
