import type { HttpBindings } from '@hono/node-server'
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { SqlErrorKind } from '@persql/sdk/protocol'
import type { Context } from 'hono'
import type { Metrics } from '../metrics.ts'
import type { WorkerPool } from '../pool/worker-pool.ts'
import type { Registry } from '../registry/registry.ts'
import type { Token } from '../registry/tokens.ts'
import type { ServerLimits } from '../server-options.ts'
import type { Sweeper } from '../sweeper.ts'
import type { ClientConnections } from './client-connections.ts'
import type { HeldBytes } from './held-bytes.ts'

/** What the routes work with. */
export interface Services {
  readonly registry: Registry
  readonly pool: WorkerPool
  readonly sweeper: Sweeper
  readonly metrics: Metrics
  readonly clients: ClientConnections
  /** Of the bodies of requests that are under way. */
  readonly bodies: HeldBytes
  readonly limits: ServerLimits
  readonly autoCreate: boolean
  /** Of pages elsewhere that may use MCP. */
  readonly mcpOrigins: readonly string[]
  readonly now: () => number
  /** Path of the file of a database. */
  readonly pathOf: (file: string) => string
}

export interface Env {
  readonly Bindings: HttpBindings
  readonly Variables: {
    /** Of the caller; set on all of `/v1`. */
    token: Token
    /** Of the request; set where the route has one. */
    body: Buffer
    /** For the log. */
    database: string | undefined
    errorKind: SqlErrorKind | string | undefined
  }
}

/** The part of Hono's context that is needed to answer a query or batch, so that they can do without it. */
export interface Call {
  readonly env: HttpBindings
  readonly req: { param(name: 'ns' | 'db'): string | undefined }
  get<Name extends keyof Env['Variables']>(name: Name): Env['Variables'][Name]
  set<Name extends keyof Env['Variables']>(name: Name, value: Env['Variables'][Name]): void
}

export type App = OpenAPIHono<Env>
export type Ctx = Context<Env>
