import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LIMITS } from '@persql/sdk/protocol'
import { type SqlDialect, type SqlDriver, StorageError } from '@persql/session-core'
import { consoleFile } from './console-file.ts'
import { type ApiAnswer, DatabaseApi, failure } from './database-api.ts'
import { Readers } from './readers/readers.ts'

/** Options of {@link startConsole}. */
export interface ConsoleOptions {
  /** The driver of the database, which stays open when the console closes. */
  readonly driver: SqlDriver
  /** What people call the database, such as the name of its file. It must hold no secret. */
  readonly name: string
  /**
   * The path of the SQLite file that the driver has open. What only reads then runs in processes of their own, as
   * `@persql/driver-better-sqlite3` opens it, so that a query of seconds holds up neither this process nor other
   * queries, and ends when nobody waits for it any more. Default: the driver runs everything.
   */
  readonly file?: string | undefined
  /** The port that the console listens on; 0 takes a free one. Default: 0. */
  readonly port?: number | undefined
  /** The address that the console listens on, which must be a loopback address. Default: `127.0.0.1`. */
  readonly host?: string | undefined
  /**
   * Whether everything that would write is refused. Otherwise the user may fork and delete sessions, and allow writing
   * in the SQL view, where it begins switched off. Default: false.
   */
  readonly readOnly?: boolean | undefined
}

/** A console that is being served. */
export interface Console {
  /** The address that opens the console in the first browser that visits it, and in no other one after that. */
  readonly url: string
  /** Makes another such address. Those that were made before stay what they are. */
  freshUrl(): string
  /** Stops serving. It is safe to call twice. */
  close(): Promise<void>
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/
const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i

/**
 * Serves the console of one database, in SQLite or PostgreSQL, to this machine. Rejects with a `TypeError` for a host
 * that other machines can reach, with `INVALID_ARGUMENT` for a driver of another dialect, and with the system's error
 * where the port is taken.
 */
export async function startConsole(options: ConsoleOptions): Promise<Console> {
  const { driver, name, file, port = 0, host = '127.0.0.1', readOnly = false } = options
  if (!LOOPBACK.test(host)) {
    throw new TypeError(`"${host}" is no loopback address. To serve other machines, use @persql/server.`)
  }
  const { dialect } = driver
  if (dialect !== 'sqlite' && dialect !== 'postgres') {
    const message = `The console speaks with SQLite and PostgreSQL; this driver says "${dialect}".`
    throw new StorageError('INVALID_ARGUMENT', message)
  }
  const api = new DatabaseApi({ driver, name, readOnly })
  const readers = file === undefined ? undefined : new Readers(driver, file)
  const handler = new RequestHandler(api, dialect, readers)
  const http = createServer((request, response) => {
    handler.handle(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen(port, host, resolve)
  }).catch(async (error: unknown) => {
    await readers?.close()
    throw error
  })
  const { port: taken } = http.address() as AddressInfo
  let closed: Promise<void> | undefined
  const page = `http://${host.includes(':') ? `[${host}]` : host}:${taken}/console/`
  const freshUrl = () => `${page}#/open/${handler.makeSecret()}`
  return {
    url: freshUrl(),
    freshUrl,
    close() {
      closed ??= new Promise<void>((resolve) => {
        http.close(() => resolve())
        http.closeAllConnections()
      }).then(() => readers?.close())
      return closed
    },
  }
}

class RequestHandler {
  readonly #token = randomBytes(32).toString('base64url')
  readonly #api: DatabaseApi
  readonly #dialect: SqlDialect
  readonly #readers: Readers | undefined
  readonly #secrets = new Set<string>()

  constructor(api: DatabaseApi, dialect: SqlDialect, readers: Readers | undefined) {
    this.#api = api
    this.#dialect = dialect
    this.#readers = readers
  }

  /** Works once, and is in the address after its `#`, which browsers send nowhere. */
  makeSecret(): string {
    const secret = randomBytes(24).toString('base64url')
    this.#secrets.add(secret)
    return secret
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', headers } = request
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    // Another name in here is a foreign page whose name was made to point to this machine.
    if (!LOOPBACK_HOST.test(headers.host ?? ''))
      return refuse(response, 403, 'This console is for this machine.')
    if (headers.origin !== undefined && !isOwn(headers.origin, headers.host)) {
      return refuse(response, 403, 'Another page may not call the console.')
    }
    if (path.startsWith('/v1/')) return this.#call(request, response, method, path)
    if (path === '/console/sign-in') return this.#signIn(request, response, method)
    if (method !== 'GET' && method !== 'HEAD') return refuse(response, 405, 'Only GET.')
    if (path === '/' || path === '/console')
      return void response.writeHead(308, { location: '/console/' }).end()
    const file = path.startsWith('/console/') ? consoleFile(path.slice('/console/'.length)) : undefined
    if (!file) return refuse(response, 404, 'There is no such page.')
    const body = path === '/console/' ? markLocal(file.body, this.#dialect) : file.body
    response.writeHead(200, { ...file.headers, 'content-length': body.length })
    response.end(method === 'HEAD' ? undefined : body)
  }

  async #signIn(request: IncomingMessage, response: ServerResponse, method: string): Promise<void> {
    if (method !== 'POST') return refuse(response, 405, 'Only POST.')
    const body = await readJson(request)
    const secret = (body as { secret?: unknown } | undefined)?.secret
    const known = typeof secret === 'string' && [...this.#secrets].find((one) => isEqual(secret, one))
    if (!known) {
      const advice = 'Ask the program that serves the console for a fresh one.'
      return refuse(response, 401, `This address was used before, or is wrong. ${advice}`)
    }
    this.#secrets.delete(known)
    send(response, { status: 200, body: JSON.stringify({ success: true, data: { token: this.#token } }) })
  }

  async #call(
    request: IncomingMessage,
    response: ServerResponse,
    method: string,
    path: string,
  ): Promise<void> {
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    if (!isEqual(token, this.#token))
      return refuse(response, 401, 'Sign in with the address that was printed.')
    const hasBody = method === 'POST' || method === 'PUT'
    const body = hasBody ? await readJson(request) : undefined
    if (hasBody && body === undefined)
      return refuse(response, 400, 'The body must be JSON, and not too large.')
    const isGone = new AbortController()
    response.once('close', () => isGone.abort())
    const call = { method, path, body }
    const isRead = this.#api.isRead(method, path, body)
    const read = isRead ? await this.#readers?.answer(call, isGone.signal) : undefined
    send(response, read ?? (await this.#api.answer(method, path, body)))
  }
}

/** The application asks for no token then, but for the address, and knows what SQL the database speaks. */
function markLocal(page: Uint8Array, dialect: SqlDialect): Buffer {
  return Buffer.from(Buffer.from(page).toString().replace('<html', `<html data-local="${dialect}"`))
}

/** Nothing for what is not JSON, or too large. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length
    if (length > LIMITS.bodyBytes) return undefined
    pieces.push(piece)
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString())
  } catch {
    return undefined
  }
}

function isOwn(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host
}

function isEqual(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function refuse(response: ServerResponse, status: number, error: string): void {
  send(response, failure(status, error))
}

function send(response: ServerResponse, { status, body }: ApiAnswer): void {
  const text = Buffer.from(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': text.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(text)
}
