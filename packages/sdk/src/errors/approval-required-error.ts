import type { ApprovalHit } from '../protocol/index.ts'
import { PerSQLError, type PerSQLErrorOptions } from './persql-error.ts'

export interface Approval {
  readonly approvalToken: string
  /** Where a person decides. */
  readonly approvalUrl: string
  /** The rules that the write met. */
  readonly hits: readonly ApprovalHit[]
  /** ISO 8601. */
  readonly expiresAt: string | undefined
}

/** Status 403: a rule of the database asks for a person's approval of this write. */
export class ApprovalRequiredError extends PerSQLError {
  override readonly name = 'ApprovalRequiredError'
  readonly approvalUrl: string
  readonly hits: readonly ApprovalHit[]
  readonly expiresAt: string | undefined
  readonly #approvalToken: string

  constructor(message: string, approval: Approval, options: PerSQLErrorOptions = {}) {
    super('api', message, { status: 403, ...options })
    this.#approvalToken = approval.approvalToken
    this.approvalUrl = approval.approvalUrl
    this.hits = approval.hits
    this.expiresAt = approval.expiresAt
  }

  /** Redeems the write once it is approved. Kept out of printed errors, as all tokens are. */
  get approvalToken(): string {
    return this.#approvalToken
  }
}
