import { OpenAPIHono } from '@hono/zod-openapi'
import type { Failure } from '@persql/sdk/protocol'
import { matchedRoutes } from 'hono/route'
import { METHOD_NAME_ALL } from 'hono/router'
import type { LogEntry } from '../server-options.ts'
import { ApiError } from './api-error.ts'
import { authenticate } from './authenticate.ts'
import { branchRoutes } from './branch-routes.ts'
import { consoleRoutes } from './console-routes.ts'
import type { App, Call, Ctx, Env, Services } from './context.ts'
import { databaseRoutes } from './database-routes.ts'
import { mcpRoute } from './mcp-route.ts'
import { otherMethods } from './other-methods.ts'
import { publicRoutes } from './public-routes.ts'
import { sqlRoutes } from './sql-routes.ts'
import { tokenRoutes } from './token-routes.ts'

/** The whole HTTP interface. */
export function createApp(services: Services, log: ((entry: LogEntry) => void) | undefined): App {
  const app = new OpenAPIHono<Env>()
  app.use('*', async (c, next) => {
    const started = performance.now()
    await next()
    record(c, services, performance.now() - started, log)
  })
  app.use('/v1/*', async (c, next) => {
    authenticate(c, services.registry.tokens)
    await next()
  })
  sqlRoutes(app, services)
  databaseRoutes(app, services)
  branchRoutes(app, services)
  tokenRoutes(app, services)
  mcpRoute(app, services)
  publicRoutes(app, services)
  consoleRoutes(app)
  otherMethods(app)
  app.notFound((c) => fail(c, new ApiError(404, 'There is no such route')))
  app.onError((error, c) => {
    if (error instanceof ApiError) return fail(c, error)
    // The message of an unknown error could hold anything; its name and place cannot.
    log?.({ level: 'error', event: 'failure', error: error.name, at: error.stack?.split('\n')[1]?.trim() })
    return fail(c, new ApiError(500, 'The server failed'))
  })
  return app
}

function fail(c: Ctx, { status, message, detail, headers }: ApiError): Response {
  const failure: Failure = { success: false, error: message, ...(detail && { errorDetail: detail }) }
  c.set('errorKind', detail?.kind)
  return c.json(failure, status as 400, { ...headers })
}

function record(
  c: Ctx,
  { metrics }: Services,
  ms: number,
  log: ((entry: LogEntry) => void) | undefined,
): void {
  const { outgoing } = c.env
  const status = outgoing.headersSent ? outgoing.statusCode : c.res.status
  const matched = matchedRoutes(c)
  const { path: route = '' } =
    matched.findLast((one) => one.method !== METHOD_NAME_ALL) ?? matched.at(-1) ?? {}
  metrics.observe(method, route, status, ms)
  if (!log) return
  const token = c.get('token')
  log({
    level: status >= 500 ? 'warn' : 'info',
    event: 'request',
    method,
    route,
    status,
    ms: Math.round(ms * 100) / 100,
    ...(token && { namespace: token.namespaceSlug, token: token.id }),
    ...(c.get('database') && { database: c.get('database') }),
    ...(c.get('errorKind') && { kind: c.get('errorKind') }),
  })
}
