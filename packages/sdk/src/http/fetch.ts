/** A function that makes one request, such as `globalThis.fetch`. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>

/** The part of a `RequestInit` that is used. */
export interface FetchInit {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: string
  readonly signal: AbortSignal
  /** Redirects are not followed: they could take the token elsewhere, and make a GET of a POST. */
  readonly redirect: 'manual'
}

/** The part of a `Response` that is used. */
export interface FetchResponse {
  readonly ok: boolean
  readonly status: number
  readonly headers: {
    /** `name` is in lower case. */
    get(name: string): string | null
  }
  text(): Promise<string>
}
