import type { SqlErrorDetail, SqlErrorKind } from '@persql/sdk/protocol'
import { detailWithoutValues } from '@persql/sdk/sqlite'

/** An answer that is not a success: the status, and the error's text and detail as they go to the caller. */
export class SqlFailure extends Error {
  override readonly name = 'SqlFailure'
  readonly status: number
  readonly detail: SqlErrorDetail | undefined

  constructor(status: number, message: string, detail?: Omit<SqlErrorDetail, 'message'>) {
    super(message)
    this.status = status
    this.detail = detail && { ...detail, message }
  }

  static of(status: number, kind: SqlErrorKind, message: string): SqlFailure {
    return new SqlFailure(status, message, { kind })
  }

  /** Without what SQLite quotes of parameters and of what is stored. */
  withoutValues(sql: string): SqlFailure {
    if (!this.detail) return this
    const detail = detailWithoutValues(this.detail, sql)
    return new SqlFailure(this.status, detail.message, detail)
  }

  at(statementIndex: number): SqlFailure {
    return this.detail ? new SqlFailure(this.status, this.message, { ...this.detail, statementIndex }) : this
  }
}
