import type { CallOptions } from '../call-options.ts'
import { closedError } from '../errors/closed-error.ts'
import { networkError } from '../errors/network-error.ts'
import { PerSQLError } from '../errors/persql-error.ts'
import { redactor } from '../errors/redactor.ts'
import { responseError } from '../errors/response-error.ts'
import { isUncertain, outcomeAfterRetries } from '../errors/uncertain-error.ts'
import {
  type CallBody,
  type CallData,
  type CallName,
  type CallQuery,
  HEADERS,
  type PathParams,
  pathOf,
  ROUTES,
  type Route,
  type StatementRequest,
  type Success,
} from '../protocol/index.ts'
import { checkAttempts } from './check-attempts.ts'
import type { Fetch, FetchInit, FetchResponse } from './fetch.ts'
import { parseBody } from './parse-body.ts'
import { parseRetryAfter, retryDelay } from './retry-delay.ts'

export interface HttpClientOptions {
  readonly baseURL: string
  readonly token: string
  readonly fetch: Fetch
  readonly timeout: number
  readonly maxRetries: number
}

export interface HttpCall<Name extends CallName> extends CallOptions {
  readonly query?: { readonly [Key in keyof CallQuery<Name>]: CallQuery<Name>[Key] | undefined }
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: CallBody<Name>
  /** Whether to apply it twice does no harm. Default: for GET. */
  readonly repeatable?: boolean
  /**
   * Whether it may change something, so that it matters what became of an attempt without an answer. Default: false.
   */
  readonly isWrite?: boolean
  /** Those in the body, whose parameters no error must tell. */
  readonly statements?: readonly StatementRequest[]
}

export type Params<Name extends CallName> = Readonly<
  Record<PathParams<(typeof ROUTES)[Name]['path']>, string>
>

type Init = Omit<FetchInit, 'signal'>

const OVERLOADED = new Set([408, 429, 500, 502, 503, 504])

/** Speaks HTTP with the API: one call in, the envelope of its success out. Everything rejects with a PerSQLError. */
export class HttpClient {
  readonly #options: HttpClientOptions
  #closed = false

  constructor(options: HttpClientOptions) {
    this.#options = options
  }

  /** `target`: the parameters of the path, or the path itself with all of them filled in. */
  async call<Name extends CallName>(
    name: Name,
    target: Params<Name> | string,
    call: HttpCall<Name> = {},
  ): Promise<Success<CallData<Name>>> {
    if (this.#closed) throw closedError()
    const route: Route = ROUTES[name]
    const { timeout = this.#options.timeout, maxRetries = this.#options.maxRetries, signal } = call
    const { repeatable = route.method === 'GET', isWrite = false } = call
    checkAttempts(timeout, maxRetries)
    const url = this.#url(route, target, call.query)
    const init = this.#init(route, call)
    let uncertain: PerSQLError | undefined
    const afterThis = (last: PerSQLError) => (uncertain ? outcomeAfterRetries(uncertain, last) : last)
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.#attempt<Name>(url, init, call, timeout).catch((refusal: PerSQLError) => {
        throw afterThis(refusal)
      })
      if (!(outcome instanceof Retryable)) return outcome
      const delay = repeatable && attempt < maxRetries ? retryDelay(attempt, outcome.retryAfter) : undefined
      if (delay === undefined) throw afterThis(outcome.error)
      if (isWrite && isUncertain(outcome.error)) uncertain ??= outcome.error
      await wait(delay, signal)
      if (signal?.aborted) throw aborted(signal)
    }
  }

  close(): void {
    this.#closed = true
  }

  async #attempt<Name extends CallName>(
    url: string,
    init: Init,
    { signal, statements = [] }: HttpCall<Name>,
    timeout: number,
  ): Promise<Success<CallData<Name>> | Retryable> {
    if (signal?.aborted) throw aborted(signal)
    const controller = new AbortController()
    const stop = () => controller.abort()
    const timer = setTimeout(stop, timeout)
    signal?.addEventListener('abort', stop)
    let response: FetchResponse | undefined
    let text: string
    try {
      response = await this.#options.fetch(url, { ...init, signal: controller.signal })
      text = await response.text()
    } catch (cause) {
      if (signal?.aborted) throw aborted(signal)
      if (controller.signal.aborted) {
        return new Retryable(
          new PerSQLError('timeout', `No answer from the PerSQL API within ${timeout} ms.`),
        )
      }
      return new Retryable(networkError(this.#options.baseURL, cause, response !== undefined))
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
    }
    // Some servers answer so to what deletes.
    if (response.status === 204) return { success: true, data: undefined as never }
    const body = parseBody(text, response.headers.get('content-type'))
    if (response.ok && isSuccess<CallData<Name>>(body)) return body
    const error = responseError(response, body, redactor(statements, this.#options.token))
    if (!isTemporary(error)) throw error
    return new Retryable(error, parseRetryAfter(response.headers.get(HEADERS.retryAfter)))
  }

  #url(route: Route, target: Readonly<Record<string, string>> | string, query: unknown): string {
    try {
      const path = typeof target === 'string' ? target : pathOf(route, target)
      return this.#options.baseURL + path + search(query)
    } catch (cause) {
      throw new PerSQLError('invalid_argument', (cause as Error).message, { cause })
    }
  }

  #init(
    { method }: Route,
    { body, headers }: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> },
  ): Init {
    const authorization = `Bearer ${this.#options.token}`
    if (body === undefined) return { method, redirect: 'manual', headers: { authorization, ...headers } }
    return {
      method,
      redirect: 'manual',
      headers: { authorization, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    }
  }
}

/** A failure that may not be one at the next attempt. */
class Retryable {
  readonly error: PerSQLError
  readonly retryAfter: number | undefined

  constructor(error: PerSQLError, retryAfter?: number) {
    this.error = error
    this.retryAfter = retryAfter
  }
}

// What failed as SQL fails again, except for locks. Without a detail the answer came from somewhere before the SQL.
function isTemporary({ code, status = 0, detail }: PerSQLError): boolean {
  if (detail?.kind === 'database_locked') return true
  return code === 'invalid_response' || (OVERLOADED.has(status) && detail === undefined)
}

function aborted(signal: AbortSignal): PerSQLError {
  return new PerSQLError('aborted', 'The call was aborted.', { cause: signal.reason })
}

function search(query: unknown): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined)
  const params = new URLSearchParams(given.map(([name, value]) => [name, String(value)]))
  return given.length > 0 ? `?${params}` : ''
}

function isSuccess<Data>(body: unknown): body is Success<Data> {
  return (
    typeof body === 'object' && body !== null && 'success' in body && body.success === true && 'data' in body
  )
}

/** Resolves after that many milliseconds, or as soon as the signal is aborted. */
function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    signal?.addEventListener('abort', done)
    if (signal?.aborted) done()
  })
}
