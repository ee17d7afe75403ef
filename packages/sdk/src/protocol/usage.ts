/** The query parameters of `usage`. The public documentation is silent on the whole call. */
export interface UsageQuery {
  /** The first day that is counted, as in `2026-01-31`, in UTC. */
  readonly from?: string
  /** The last day that is counted, as in `2026-01-31`, in UTC. */
  readonly to?: string
  /** The slug of the only database that is counted. */
  readonly database?: string
  /** The id of the only token that is counted. */
  readonly token?: string
}

/** The `data` of `usage`: one row for each day, database and token, by day. */
export type UsageResponse = readonly UsageRow[]

/** What one token used of one database on one day. */
export interface UsageRow {
  readonly day: string
  readonly database: string
  readonly token: string
  readonly requests: number
  readonly rowsRead: number
  readonly rowsWritten: number
  /** The size of the database, as last measured on that day. */
  readonly bytesStored: number
  /** What the requests cost in USD, as the function `costUsd` counts it; storage is billed apart. */
  readonly costUsd: number
}
