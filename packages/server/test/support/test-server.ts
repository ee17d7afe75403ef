import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { onTestFinished } from 'vitest'
import { createServer, type PerSQLServer, type ServerOptions } from '../../src/index.ts'

interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it in many ways.
  readonly body: any
}

interface CallOptions {
  readonly token?: string | undefined
  readonly headers?: Record<string, string>
}

/** A server of its own for one test, and calls to it over HTTP. */
export interface TestServer {
  readonly server: PerSQLServer
  readonly admin: string
  readonly data: string
  /** Moves the clock of the server. */
  readonly clock: { now: number }
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answer>
  query(database: string, sql: string, params?: unknown[], options?: CallOptions): Promise<Answer>
  batch(database: string, statements: unknown[], body?: object, options?: CallOptions): Promise<Answer>
  /** Secret of a new token. */
  token(fields: object): Promise<string>
}

export async function startServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const data = options.data ?? temporaryFolder()
  const clock = { now: Date.parse('2026-03-01T12:00:00Z') }
  const server = await createServer({
    data,
    port: 0,
    sweepInterval: 0,
    namespace: 'acme',
    now: () => clock.now,
    workers: { min: 1, max: 4 },
    ...options,
  })
  onTestFinished(() => server.close())
  const admin = server.adminToken ?? ''

  async function call(
    method: string,
    path: string,
    body?: unknown,
    { token = admin, headers = {} }: CallOptions = {},
  ) {
    const response = await fetch(server.url + path, {
      method,
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = text !== '' && response.headers.get('content-type')?.includes('json')
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
  }

  return {
    server,
    admin,
    data,
    clock,
    call,
    query: (database, sql, params, options) =>
      call('POST', `/v1/db/acme/${database}/query`, { sql, ...(params && { params }) }, options),
    batch: (database, statements, body, options) =>
      call('POST', `/v1/db/acme/${database}/batch`, { statements, ...body }, options),
    async token(fields) {
      const { status, body } = await call('POST', '/v1/tokens', { name: 'test', ...fields })
      if (status !== 200) throw new Error(`No token: ${body.error}`)
      return body.data.token
    },
  }
}
