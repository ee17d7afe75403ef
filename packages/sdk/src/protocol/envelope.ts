import type { SqlErrorDetail } from './sql-error-detail.ts'

/** The body of every answer, as `application/json`. */
export type Envelope<Data> = Success<Data> | Failure

/** The answer to a call that did what it was to do. */
export interface Success<Data> {
  readonly success: true
  readonly data: Data
  /**
   * What the call did and cost, where it reaches a database; a batch has one for the whole call. The public
   * documentation is silent on its place: servers put it here, clients also look for it in `data`.
   */
  readonly meta?: CallMeta
}

/** The answer to a call that was refused or failed. */
export interface Failure {
  readonly success: false
  /** What went wrong, for people. It never holds a token or a parameter. */
  readonly error: string
  /** Why the SQL failed, on every failure of SQL. */
  readonly errorDetail?: SqlErrorDetail
  /** The token that redeems an approved write; with status 403, where a rule asks for a person's approval. */
  readonly approvalToken?: string
  readonly approvalUrl?: string
  readonly hits?: readonly ApprovalHit[]
  readonly expiresAt?: string
}

/** A rule that a write met. */
export interface ApprovalHit {
  readonly tableGlob: string
  readonly action: string
  readonly matchedTable: string
  readonly note?: string | null
}

/** What a call did and cost. */
export interface CallMeta {
  readonly rowsRead: number
  readonly rowsWritten: number
  readonly durationMs: number
  readonly statementCount: number
  /** What the call costs in USD, as the function `costUsd` counts it. */
  readonly costUsd: number
  /** The snapshot that was made before a statement that destroys many rows. */
  readonly snapshot?: { readonly id: string; readonly label: string }
  readonly queryLogId?: string | number
}
