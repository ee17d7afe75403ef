import type { Http2Bindings, HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { OpenAPIHono } from '@hono/zod-openapi'
import { matchedRoutes } from 'hono/route'
import { METHOD_NAME_ALL } from 'hono/router'
import { ApiError } from './answers/api-error.ts'
import { failureOf } from './answers/failure-of.ts'
import { type Log, record } from './answers/record-request.ts'
import { authenticate } from './authenticate.ts'
import { branchRoutes } from './routes/branch-routes.ts'
import { consoleRoutes } from './routes/console-routes.ts'
import { databaseRoutes } from './routes/database-routes.ts'
import { mcpRoute } from './routes/mcp-route.ts'
import { otherMethods } from './routes/other-methods.ts'
import { publicRoutes } from './routes/public-routes.ts'
import { sqlRoutes } from './routes/sql-routes.ts'
import { tokenRoutes } from './routes/token-routes.ts'
import type { App, Ctx, Env, Services } from './services.ts'

/** The whole HTTP interface. */
export function createApp(services: Services, log: Log): App {
  const app = new OpenAPIHono<Env>()
  app.use('*', async (c, next) => {
    const started = performance.now()
    await next()
    const { headersSent, statusCode } = c.env.outgoing
    const status = headersSent ? statusCode : c.res.status
    const ms = performance.now() - started
    record(c, services, log, { method: c.req.method, route: routeOf(c), status, ms })
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
  const fail = (thrown: unknown, c: Ctx) => {
    const { error, body } = failureOf(c, thrown, log)
    return c.json(body, error.status as 400, { ...error.headers })
  }
  app.notFound((c) => fail(new ApiError(404, 'There is no such route'), c))
  app.onError(fail)
  return app
}

/**
 * The handler of all requests. To HEAD, Hono answers with a copy, which does not say any more that it has been sent.
 */
export function fetchOf(app: App) {
  return (request: Request, env: HttpBindings | Http2Bindings): Response | Promise<Response> => {
    const response = app.fetch(request, env)
    if (env.incoming.method !== 'HEAD') return response
    return Promise.resolve(response).then((copy) => (env.outgoing.headersSent ? RESPONSE_ALREADY_SENT : copy))
  }
}

function routeOf(c: Ctx): string {
  const matched = matchedRoutes(c)
  return (matched.findLast(({ method }) => method !== METHOD_NAME_ALL) ?? matched.at(-1))?.path ?? ''
}
