import { mkdirSync, realpathSync, rmSync } from 'node:fs'
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve, sep } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { isSlug, LIMITS } from '@persql/sdk/protocol'
import { createApp, fetchOf } from './http/app.ts'
import { ClientConnections } from './http/client-connections.ts'
import { HeldBytes } from './http/held-bytes.ts'
import { sqlListener } from './http/sql-listener.ts'
import { makeDataFolder } from './make-data-folder.ts'
import { Metrics } from './metrics.ts'
import { withinOpenFiles } from './open-files.ts'
import { WorkerPool } from './pool/worker-pool.ts'
import { Registry } from './registry/registry.ts'
import { safeLog } from './safe-log.ts'
import { DEFAULT_LIMITS, type ServerLimits, type ServerOptions } from './server-options.ts'
import { Sweeper } from './sweeper.ts'

const FLUSH_MS = 5000
const TOKEN = /^[A-Za-z0-9_\-.~+/]{16,200}$/

/** A server that takes requests. */
export interface PerSQLServer {
  /** The address of the server, such as `http://127.0.0.1:8787`, without a slash at the end. */
  readonly url: string
  /** What the server is bound to. */
  readonly address: AddressInfo
  /** The slug of the namespace. */
  readonly namespace: string
  /** The admin token that was given or has just been made. It is kept nowhere, so it is absent in later runs. */
  readonly adminToken: string | undefined
  /** The process ids of the workers. */
  readonly workers: readonly number[]
  /** Deletes now what has expired. */
  sweep(): Promise<void>
  /** Refuses new requests, waits for running ones, and writes everything down. It is safe to call twice. */
  close(): Promise<void>
}

/** Starts a server. Resolves when it takes requests. */
export async function createServer(options: ServerOptions): Promise<PerSQLServer> {
  const { namespace: slug = 'local', port = 8787, now = Date.now } = options
  // Empty variables of the environment arrive as empty texts. An empty host would be every address of the machine.
  const adminToken = options.adminToken || undefined
  const host = options.host || '127.0.0.1'
  if (options.data === '') throw new TypeError('data: the path of a folder.')
  if (!isSlug(slug)) throw new TypeError('namespace: lower case letters, digits and dashes.')
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new TypeError('port: 0 to 65535.')
  if (adminToken !== undefined && !TOKEN.test(adminToken)) {
    throw new TypeError('adminToken: 16 to 200 letters, digits, _ - . ~ + /')
  }
  const { mcpOrigins = [] } = options
  for (const origin of mcpOrigins) {
    if (URL.canParse(origin) && new URL(origin).origin === origin) continue
    throw new TypeError(`mcpOrigins: "${origin}" is no origin, such as "https://app.example.com".`)
  }
  const { min = 2, max = 8 } = options.workers ?? {}
  checkCounts('limits', { ...DEFAULT_LIMITS, ...options.limits }, ['queue'])
  checkCounts('workers', { min, max }, ['min'])
  const workers = { min, max: Math.max(min, max) }
  const limits = withinOpenFiles({ ...DEFAULT_LIMITS, ...options.limits }, workers.max)
  const heldBytes = Math.max(limits.heldBytes, limits.bodyBytes, limits.resultBytes)
  const metrics = new Metrics()
  const log = safeLog(options.log, metrics)
  const data = resolve(options.data)
  const files = makeDataFolder(data)
  const pathOf = (file: string) => files + sep + file

  const registry = new Registry(data, now)
  const temporary = join(data, 'temporary')
  let pool: WorkerPool | undefined
  let http: Server | undefined
  let secret: string | undefined
  let sweeper: Sweeper
  try {
    // Not before: another server may be using the folder.
    rmSync(temporary, { recursive: true, force: true })
    mkdirSync(temporary, { mode: 0o700 })
    pool = startPool(workers, limits, realpathSync(temporary))
    sweeper = new Sweeper(registry, pool, files, pathOf)
    const autoCreate = options.autoCreate ?? true
    http = createHttpServer(HTTP)
    http.on('checkContinue', answerExpectation)
    const clients = new ClientConnections(http, { most: limits.connections, unreadBytes: heldBytes })
    const bodies = new HeldBytes(heldBytes)
    const held = { clients, bodies }
    const services = {
      registry,
      pool,
      sweeper,
      metrics,
      ...held,
      limits,
      autoCreate,
      mcpOrigins,
      now,
      pathOf,
    }
    const app = createApp(services, log)
    const listener = getRequestListener(fetchOf(app), { hostname: 'localhost' })
    http.on('request', sqlListener(services, log, listener))
    await listen(http, port, host)
    // Not before: a token that is made in a run that fails would never be shown.
    secret = registry.ensureNamespace(slug, adminToken)
  } catch (error) {
    http?.close()
    await pool?.close(0)
    registry.close()
    throw error
  }

  const processes = pool
  const listener = http
  const report = (event: string) => (error: Error) => log?.({ level: 'error', event, error: error.name })
  const sweep = () => sweeper.sweep().catch(report('sweep'))
  const flush = () => {
    try {
      registry.usage.flush()
    } catch (error) {
      // Such as a full disk: the counts stay in memory until the next time.
      report('usage')(error as Error)
    }
  }
  const { sweepInterval = 60_000 } = options
  const timers = [setInterval(flush, FLUSH_MS)]
  if (sweepInterval > 0) {
    timers.push(setInterval(() => void sweep(), sweepInterval))
    void sweep()
  }
  for (const timer of timers) timer.unref()

  const address = listener.address() as AddressInfo
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address
  const url = `http://${shown}:${address.port}`
  log?.({ level: 'info', event: 'start', url, namespace: slug })

  let closed: Promise<void> | undefined
  const close = async () => {
    for (const timer of timers) clearInterval(timer)
    const ended = new Promise<void>((resolve) => listener.close(() => resolve()))
    listener.closeIdleConnections()
    await processes.close(options.closeGrace ?? 10_000)
    // What has been answered is on its way out; connections that stay open are idle.
    const cut = setTimeout(() => listener.closeAllConnections(), 500)
    await ended
    clearTimeout(cut)
    await sweeper.idle()
    flush()
    registry.close()
    log?.({ level: 'info', event: 'stop' })
  }
  return {
    url,
    address,
    namespace: slug,
    adminToken: secret,
    get workers() {
      return processes.pids
    },
    sweep: () => sweeper.sweep(),
    close: () => {
      closed ??= close()
      return closed
    },
  }
}

function checkCounts(option: string, counts: object, orNone: readonly string[]): void {
  for (const [name, count] of Object.entries(counts)) {
    const least = orNone.includes(name) ? 0 : 1
    if (Number.isSafeInteger(count) && count >= least) continue
    throw new TypeError(`${option}.${name}: a whole number from ${least} on.`)
  }
}

const HTTP = {
  // The statement's time comes on top of what the body takes.
  requestTimeout: 120_000,
  headersTimeout: 20_000,
  // How often these two are looked at.
  connectionsCheckingInterval: 5000,
  // Longer than clients and proxies keep idle connections, so that none is closed under a request.
  keepAliveTimeout: 75_000,
  maxHeaderSize: 16 * 1024,
  noDelay: true,
  // A second Authorization makes the first one invalid, instead of being ignored.
  joinDuplicateHeaders: true,
}

function startPool(
  workers: { readonly min: number; readonly max: number },
  limits: ServerLimits,
  temporaryFolder: string,
): WorkerPool {
  return new WorkerPool({
    limits: { ...limits, idempotencyTtlMs: LIMITS.idempotencyTtlSec * 1000 },
    ...workers,
    timeoutMs: limits.statementMs,
    waitMs: 2 * limits.statementMs,
    memoryBytes: limits.memoryBytes,
    temporaryFolder,
    temporaryBytes: limits.temporaryBytes,
    queue: limits.queue,
  })
}

/** Only in its turn: Node.js would put it between head and body of the answer that it is to come before. */
function answerExpectation(this: Server, incoming: IncomingMessage, outgoing: ServerResponse): void {
  if (outgoing.socket) outgoing.writeContinue()
  this.emit('request', incoming, outgoing)
}

function listen(http: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (cause: NodeJS.ErrnoException) => {
      const problem = cause.code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${cause.code})`
      const message = `Port ${port} of ${host} ${problem}. Give another port or host; port 0 takes a free one.`
      reject(new Error(message, { cause }))
    }
    http.once('error', refuse)
    http.listen(port, host, () => {
      http.off('error', refuse)
      resolve()
    })
  })
}
