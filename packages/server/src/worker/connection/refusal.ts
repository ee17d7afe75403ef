import type { SqlErrorKind } from '@persql/sdk/protocol'

/** Why the authorizer denied a statement, and what the caller is told. */
export class Refusal {
  readonly status: number
  readonly kind: SqlErrorKind
  readonly message: string
  readonly table: string | undefined

  constructor(status: number, kind: SqlErrorKind, message: string, table?: string) {
    this.status = status
    this.kind = kind
    this.message = message
    this.table = table
  }

  /** Nobody may do it. */
  static forbidden(message: string): Refusal {
    return new Refusal(403, 'forbidden', message)
  }

  static role(message: string): Refusal {
    return new Refusal(403, 'readonly', message)
  }

  static scope(table: string): Refusal {
    return new Refusal(403, 'forbidden', `Token scope does not include table "${table}"`, table)
  }
}
