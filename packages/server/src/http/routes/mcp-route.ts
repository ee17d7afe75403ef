import { createHttpHandler, type McpOptions } from '@persql/mcp'
import { type Fetch, PerSQL, PerSQLError } from '@persql/sdk'
import type { Failure } from '@persql/sdk/protocol'
import { cors } from 'hono/cors'
import { ApiError } from '../answers/api-error.ts'
import { authenticate } from '../authenticate.ts'
import { gone } from '../http-caller.ts'
import type { App, Ctx, Services } from '../services.ts'

const MB = 1024 * 1024
/** Of a request and of one answer behind a tool. A model has no use for more, and this thread reads all of it. */
const BODY_BYTES = 4 * MB
const ANSWER_BYTES = 8 * MB

/** Headers of requests are not listed: the protocol lets tools have some of their own. */
const CORS = {
  allowMethods: ['POST', 'GET', 'DELETE'],
  exposeHeaders: ['Mcp-Session-Id', 'Mcp-Protocol-Version', 'WWW-Authenticate', 'Retry-After'],
  maxAge: 3600,
}

/**
 * MCP at `/mcp`. The tools call this very server over HTTP with the caller's token, so that roles, scopes, limits,
 * metering and idempotency are those of the API.
 */
export function mcpRoute(app: App, services: Services): void {
  const { limits, mcpOrigins: origins } = services
  const handler = createHttpHandler({ maxBodyBytes: Math.min(BODY_BYTES, limits.bodyBytes), origins })
  let running = 0
  // Before the token is asked for: a browser sends none with the question whether it may send one.
  if (origins.length > 0) app.use('/mcp', cors({ ...CORS, origin: [...origins] }))
  app.all('/mcp', (c) => {
    authenticate(c, services.registry.tokens)
    if (running >= limits.mcpRequests) {
      throw new ApiError(503, 'Too many requests to MCP are under way.', { headers: { 'retry-after': '1' } })
    }
    running += 1
    c.env.outgoing.once('close', () => {
      running -= 1
    })
    return handler.fetch(c.req.raw, optionsOf(c, services))
  })
}

function optionsOf(c: Ctx, { registry, limits }: Services): McpOptions {
  const { namespaceId, namespaceSlug, databaseId, role } = c.get('token')
  const client = new PerSQL({
    baseURL: ownAddress(c),
    token: (c.env.incoming.headers.authorization ?? '').replace(/^bearer /i, ''),
    fetch: fetchWithin(ANSWER_BYTES),
    timeout: limits.statementMs + 10_000,
    maxRetries: 2,
  })
  return {
    client,
    readOnly: role === 'readonly',
    async database(slug) {
      // The API may make a database at its first use; tools do not.
      if (databaseId === null && !registry.databases.find(namespaceId, slug)) {
        throw new PerSQLError('api', 'There is no such database', { status: 404 })
      }
      return client.database(namespaceSlug, slug)
    },
  }
}

/** Where this request came in: an address of this machine, also where the server listens on all of them. */
function ownAddress(c: Ctx): string {
  const { localAddress, localPort, localFamily } = c.env.incoming.socket
  // A connection that has ended has no addresses any more.
  if (localAddress === undefined) throw gone()
  return `http://${localFamily === 'IPv6' ? `[${localAddress}]` : localAddress}:${localPort}`
}

function fetchWithin(bytes: number): Fetch {
  return async (input, init) => {
    const response = await fetch(input, init)
    const length = Number(response.headers.get('content-length') ?? 0)
    if (length <= bytes) return response
    await response.body?.cancel()
    const error = `The result has ${length} bytes, more than the ${bytes} that a tool reads. Select fewer rows or columns. What the call wrote was written.`
    const failure: Failure = { success: false, error, errorDetail: { kind: 'too_large', message: error } }
    return Response.json(failure, { status: 413 })
  }
}
