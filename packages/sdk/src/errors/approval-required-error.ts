import type { ApprovalHit } from '../protocol/index.ts'
import { PerSQLError, type PerSQLErrorOptions } from './persql-error.ts'

export interface Approval {
  readonly approvalToken: string
  /** The page where a person decides. */
  readonly approvalUrl: string
  /** The rules that the write met. */
  readonly hits: readonly ApprovalHit[]
  /** When the approval can no longer be given, in ISO 8601. */
  readonly expiresAt: string | undefined
}

/** The API refused a write because a rule of the database asks for a person's approval (status 403). */
export class ApprovalRequiredError extends PerSQLError {
  override readonly name = 'ApprovalRequiredError'
  /** The page where a person decides. */
  readonly approvalUrl: string
  /** The rules that the write met. */
  readonly hits: readonly ApprovalHit[]
  /** When the approval can no longer be given, in ISO 8601. */
  readonly expiresAt: string | undefined
  readonly #approvalToken: string

  constructor(message: string, approval: Approval, options: PerSQLErrorOptions = {}) {
    super('api', message, { status: 403, ...options })
    this.#approvalToken = approval.approvalToken
    this.approvalUrl = approval.approvalUrl
    this.hits = approval.hits
    this.expiresAt = approval.expiresAt
  }

  /** The token that redeems the write once it is approved. It is kept out of printed errors, as all tokens are. */
  get approvalToken(): string {
    return this.#approvalToken
  }
}
