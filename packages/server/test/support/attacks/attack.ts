/** What is sent with a token. */
export interface Request {
  readonly path?: string
  readonly method?: string
  /** Which token; a text that is none of their names is sent as it is. */
  readonly as?: string
  readonly headers?: Record<string, string>
  readonly sql?: string
  readonly params?: unknown
  /** Instead of `sql`; text and bytes are sent as they are. */
  readonly body?: unknown
}

/** What is sent, and what must come back. */
export interface Attack extends Request {
  readonly status: number
  /** In the error's text. */
  readonly error: string
}

export const QUERY = '/v1/db/acme/main/query'
export const at = (database: string, namespace = 'acme') => `/v1/db/${namespace}/${database}/query`
export const missing = { status: 404, error: 'There is no such database' }
