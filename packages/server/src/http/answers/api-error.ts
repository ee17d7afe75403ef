import type { SqlErrorDetail } from '@persql/sdk/protocol'

/** An answer that is not a success. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly detail: SqlErrorDetail | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    message: string,
    options: { readonly detail?: SqlErrorDetail; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message)
    this.status = status
    this.detail = options.detail
    this.headers = options.headers ?? {}
  }
}
