import type { SqlErrorDetail } from './sql-error-detail.ts'
import type { WireBigInt, WireCell, WireValue } from './wire-value.ts'

/** The body of `query`. */
export interface QueryRequest extends StatementRequest {
  readonly readOnly?: boolean
}

/** A statement with its parameters, as JSON has them. */
export interface StatementRequest {
  /** The text of one statement. */
  readonly sql: string
  /** Values for the `?` placeholders, in order. */
  readonly params?: readonly WireValue[]
}

/** The body of `batch`. */
export interface BatchRequest {
  /** The statements in the order in which they run: at least one, at most `LIMITS.statements`. */
  readonly statements: readonly StatementRequest[]
  /**
   * Whether all statements are applied or none. Default: false, and then statements before a failing one stay applied;
   * the public documentation is silent on that.
   */
  readonly transaction?: boolean
  /**
   * The client's promise that no statement changes anything. A server may refuse one that does. The public
   * documentation does not have it, and servers may ignore it.
   */
  readonly readOnly?: boolean
}

/** The `data` of `query`, and of each statement of `batch` in order. */
export interface QueryResponse {
  /** The names of the columns; empty for a statement that returns no rows. */
  readonly columns: readonly string[]
  readonly rows: readonly (readonly WireCell[])[]
  readonly rowsRead: number
  readonly rowsWritten: number
  readonly changes?: number
  readonly lastInsertRowid?: number | WireBigInt
}

export type BatchResponse = readonly QueryResponse[]

/** The bodies of `explain` and `validate`. The public documentation is silent on them. */
export type ExplainRequest = StatementRequest
export type ValidateRequest = StatementRequest

/** The `data` of `explain`. The public documentation shows these rows only as the `plan` of a proposal. */
export interface ExplainResponse {
  /** The rows of EXPLAIN QUERY PLAN. */
  readonly plan: readonly PlanRow[]
}

export type PlanRow = readonly [id: number, parent: number, notUsed: number, detail: string]

/** The `data` of `validate`, which never runs the statement: status 200 also for one that would fail. */
export interface ValidateResponse {
  readonly ok: boolean
  readonly error?: string
  readonly errorDetail?: SqlErrorDetail
}
