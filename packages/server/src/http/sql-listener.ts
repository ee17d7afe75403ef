import type { RequestListener } from 'node:http'
import type { HttpBindings } from '@hono/node-server'
import { ROUTES } from '@persql/sdk/protocol'
import { databaseOrNew } from './access.ts'
import { failureOf } from './answers/failure-of.ts'
import { type Log, record } from './answers/record-request.ts'
import { authenticate } from './authenticate.ts'
import { drain, readBody } from './read-body.ts'
import { answerSql } from './routes/sql-routes.ts'
import type { Call, Env, Services } from './services.ts'

/** Names that mean themselves in a URL. */
const PATH = /^\/v1\/db\/([a-z0-9-]+)\/([A-Za-z0-9][\w.-]*)\/(query|batch)$/

/**
 * Answers queries and batches whose length is known without a detour through the `Request` and `Response` of the web,
 * which would take as long as a small query. `others` gets every other request; it knows these routes too, and answers
 * them alike.
 */
export function sqlListener(services: Services, log: Log, others: RequestListener): RequestListener {
  return (incoming, outgoing) => {
    const { method, url = '', headers } = incoming
    const isPlain = method === 'POST' && headers['content-length'] !== undefined
    const [, ns, db, name] = (isPlain && PATH.exec(url)) || []
    if (ns === undefined || db === undefined) return others(incoming, outgoing)
    void answer(new DirectCall({ incoming, outgoing }, { ns, db }), services, log, name as 'query' | 'batch')
  }
}

class DirectCall implements Call {
  readonly env: HttpBindings
  readonly #params: { readonly ns: string; readonly db: string }
  readonly #variables: Partial<Env['Variables']> = {}
  readonly req = { param: (name: 'ns' | 'db') => this.#params[name] }

  constructor(env: HttpBindings, params: { readonly ns: string; readonly db: string }) {
    this.env = env
    this.#params = params
  }

  get<Name extends keyof Env['Variables']>(name: Name) {
    return this.#variables[name] as Env['Variables'][Name]
  }

  set<Name extends keyof Env['Variables']>(name: Name, value: Env['Variables'][Name]) {
    this.#variables[name] = value
  }
}

async function answer(c: Call, services: Services, log: Log, name: 'query' | 'batch'): Promise<void> {
  const started = performance.now()
  const { incoming, outgoing } = c.env
  const { registry, limits, bodies } = services
  try {
    authenticate(c, registry.tokens)
    c.set('body', await readBody(incoming, limits.bodyBytes, bodies))
    // While it arrived, the token may have been revoked.
    authenticate(c, registry.tokens)
    await answerSql(c, services, name, databaseOrNew(c, services))
  } catch (thrown) {
    const { error, body } = failureOf(c, thrown, log)
    if (!incoming.complete) drain(incoming)
    outgoing.writeHead(error.status, { 'content-type': 'application/json', ...error.headers })
    outgoing.end(JSON.stringify(body))
  } finally {
    bodies.give(c.get('body')?.length ?? 0)
  }
  const { method, path } = ROUTES[name]
  record(c, services, log, {
    method,
    route: path,
    status: outgoing.statusCode,
    ms: performance.now() - started,
  })
}
