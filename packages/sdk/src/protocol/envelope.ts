import type { SqlErrorDetail } from './sql-error-detail.ts'

/** The body of every answer, as `application/json`. */
export type Envelope<Data> = Success<Data> | Failure

export interface Success<Data> {
  readonly success: true
  readonly data: Data
  /**
   * Of calls that reach a database; a batch has one for the whole call. The public documentation is silent on its
   * place: servers put it here, clients also look for it in `data`.
   */
  readonly meta?: CallMeta
}

export interface Failure {
  readonly success: false
  /** For people. Never holds a token or a parameter. */
  readonly error: string
  /** On every failure of SQL. */
  readonly errorDetail?: SqlErrorDetail
  /** With status 403, where a rule asks for a person's approval, or denies the write. */
  readonly approvalToken?: string
  readonly approvalUrl?: string
  readonly hits?: readonly ApprovalHit[]
  readonly expiresAt?: string
}

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
  /** See `costUsd`. */
  readonly costUsd: number
  /** Made before a statement that destroys many rows. */
  readonly snapshot?: { readonly id: string; readonly label: string }
  readonly queryLogId?: string | number
}
