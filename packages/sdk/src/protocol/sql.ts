import type { SqlErrorDetail } from './sql-error-detail.ts'
import type { WireBigInt, WireCell, WireValue } from './wire-value.ts'

/** Body of `query`. */
export interface QueryRequest extends StatementRequest {
  readonly readOnly?: boolean
}

export interface StatementRequest {
  /** One statement. */
  readonly sql: string
  /** Values for the `?` placeholders, in order. */
  readonly params?: readonly WireValue[]
}

/** Body of `batch`. */
export interface BatchRequest {
  /** At least one, at most `LIMITS.statements`. */
  readonly statements: readonly StatementRequest[]
  /**
   * All statements or none. Default: false, and then statements before a failing one stay applied; the public
   * documentation is silent on that.
   */
  readonly transaction?: boolean
  /**
   * The client's promise that no statement changes anything. A server may refuse one that does. The public
   * documentation does not have it, and servers may ignore it.
   */
  readonly readOnly?: boolean
}

/** `data` of `query`, and of each statement of `batch` in order. */
export interface QueryResponse {
  /** Empty for a statement that returns no rows. */
  readonly columns: readonly string[]
  readonly rows: readonly (readonly WireCell[])[]
  readonly rowsRead: number
  readonly rowsWritten: number
  readonly changes?: number
  readonly lastInsertRowid?: number | WireBigInt
}

export type BatchResponse = readonly QueryResponse[]

/** Bodies of `explain` and `validate`. The public documentation is silent on them. */
export type ExplainRequest = StatementRequest
export type ValidateRequest = StatementRequest

/** `data` of `explain`. The public documentation shows these rows only as the `plan` of a proposal. */
export interface ExplainResponse {
  /** Rows of EXPLAIN QUERY PLAN. */
  readonly plan: readonly PlanRow[]
}

export type PlanRow = readonly [id: number, parent: number, notUsed: number, detail: string]

/** `data` of `validate`, which never runs the statement: status 200 also for one that would fail. */
export interface ValidateResponse {
  readonly ok: boolean
  readonly error?: string
  readonly errorDetail?: SqlErrorDetail
}
