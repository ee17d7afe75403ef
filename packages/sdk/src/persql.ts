import { PerSQLError } from './errors/persql-error.ts'
import { checkAttempts } from './http/check-attempts.ts'
import { defaultFetch } from './http/default-fetch.ts'
import type { Fetch } from './http/fetch.ts'
import { HttpClient } from './http/http-client.ts'
import { absolutePath } from './local/absolute-path.ts'
import { LocalBackend } from './local/local-backend.ts'
import type { LocalDriver } from './local/local-driver.ts'
import { PerSQLDatabase } from './persql-database.ts'
import { type MeResponse, pathOf, ROUTES, type UsageResponse } from './protocol/index.ts'
import { RemoteBackend } from './remote/remote-backend.ts'
import { Branches } from './resources/branches.ts'
import { Databases } from './resources/databases.ts'
import { toIsoTime } from './resources/expiry.ts'
import { Tokens } from './resources/tokens.ts'

export interface PerSQLOptions {
  /** The API token. Every client needs one, except in local mode. */
  readonly token?: string | undefined
  /**
   * The address of the API. Default, also in place of an empty one: `PERSQL_API_URL` of the environment, else
   * `https://api.persql.com`.
   */
  readonly baseURL?: string | undefined
  /**
   * What sends requests. Default: `globalThis.fetch`; in Node.js one over `node:http`, which takes less time for a
   * small call.
   */
  readonly fetch?: Fetch | undefined
  /**
   * No HTTP, but one SQLite database: a path or `:memory:`, opened through `@persql/driver-better-sqlite3`, or any
   * `SqlDriver`, which `close` closes. A relative path is one in the working folder of this moment, an empty one none.
   */
  readonly local?: string | LocalDriver | undefined
  /** What SQL the databases behind the API speak; those of local mode say it themselves. Default: that of SQLite. */
  readonly sqlDialect?: 'sqlite' | 'postgres' | undefined
  /** How long one attempt of a call may take, in milliseconds: 1 to 2,147,483,647. Default: 60,000. */
  readonly timeout?: number | undefined
  /**
   * How many attempts follow the first one, for calls that may be repeated: reads, and SQL, which carries a key unless
   * it only reads. They are made where the API could not be reached, did not answer in time or as expected, or
   * is overloaded, after a random time of up to 0.1 s, doubled each time up to 5 s; a `Retry-After` of up to a minute
   * is honoured. Default: 5.
   */
  readonly maxRetries?: number | undefined
}

export interface UsageOptions {
  /** The first day that is counted, in UTC. Default: the first day of all. */
  readonly from?: Date | string | undefined
  /** The last day that is counted, in UTC. Default: today. */
  readonly to?: Date | string | undefined
  /** The slug of the only database that is counted. Default: all of the namespace. */
  readonly database?: string | undefined
  /** The id of the only token that is counted. Default: all of the namespace. */
  readonly token?: string | undefined
}

const DEFAULT_BASE_URL = 'https://api.persql.com'

/**
 * A client of the PerSQL API, or in local mode of one SQLite database. Nothing is requested or opened before the
 * first call. Every call rejects with a {@link PerSQLError}.
 */
export class PerSQL {
  readonly databases: Databases
  readonly tokens: Tokens
  readonly #http: HttpClient | undefined
  readonly #local: LocalBackend | undefined
  readonly #dialect: 'sqlite' | 'postgres'

  constructor(options: PerSQLOptions) {
    if (options.local === undefined || options.local === '') this.#http = new HttpClient(httpOptions(options))
    else this.#local = new LocalBackend(checkLocal(options.local))
    this.#dialect = options.sqlDialect ?? 'sqlite'
    this.databases = new Databases(() => this.#remote('databases'))
    this.tokens = new Tokens(() => this.#remote('tokens'))
  }

  /**
   * A handle on a database, `'acme/orders'` or `'acme', 'orders'`; the name may be one of a branch. In local mode all
   * names stand for the one database.
   */
  database(path: string): PerSQLDatabase
  database(namespace: string, name: string): PerSQLDatabase
  database(first: string, second?: string): PerSQLDatabase {
    const [namespace, name] = second === undefined ? splitPath(first) : [first, second]
    try {
      pathOf(ROUTES.query, { ns: namespace, db: name })
    } catch {
      throw new PerSQLError(
        'invalid_argument',
        'A database is named "namespace/database", or by these two apart.',
      )
    }
    const backend = this.#local ?? new RemoteBackend(this.#remote('database'), namespace, name, this.#dialect)
    const branches = new Branches(() => this.#remote('branches'), namespace, name)
    return new PerSQLDatabase(namespace, name, backend, branches)
  }

  /** Resolves with what was used, for each day, database and token. The client needs an `admin` token. */
  async usage({ from, to, database, token }: UsageOptions = {}): Promise<UsageResponse> {
    const day = (name: string, time?: Date | string) => time && toIsoTime(name, time).slice(0, 10)
    const query = { from: day('from', from), to: day('to', to), database, token }
    return (await this.#remote('usage').call('usage', {}, { query })).data
  }

  /** Resolves with the namespace and the role of the client's token. */
  async me(): Promise<MeResponse> {
    return (await this.#remote('me').call('me', {})).data
  }

  /** Releases the local file. Later calls reject with code `closed`. Safe to call twice. */
  async close(): Promise<void> {
    this.#http?.close()
    await this.#local?.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #remote(what: string): HttpClient {
    if (this.#http) return this.#http
    throw new PerSQLError('local_mode', `"${what}" needs the PerSQL API; local mode is one SQLite database.`)
  }
}

function httpOptions(options: PerSQLOptions) {
  const { timeout = 60_000, maxRetries = 5, fetch = defaultFetch() } = options
  checkAttempts(timeout, maxRetries)
  const baseURL = options.baseURL || environmentVariable('PERSQL_API_URL') || DEFAULT_BASE_URL
  return { token: checkToken(options.token), baseURL: checkBaseURL(baseURL), fetch, timeout, maxRetries }
}

// The messages of these do not show what they were given: it may be a secret.

function checkToken(token: string | undefined): string {
  const trimmed = typeof token === 'string' ? token.trim() : ''
  if (/^[\x21-\x7e]+$/.test(trimmed)) return trimmed
  throw new PerSQLError(
    'invalid_argument',
    trimmed === ''
      ? 'Pass a token, as in new PerSQL({ token: process.env.PERSQL_TOKEN }), or a path as "local".'
      : 'The token has characters that no token has.',
  )
}

function checkBaseURL(baseURL: string): string {
  const url = URL.canParse(baseURL) ? new URL(baseURL) : undefined
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash) {
    return url.href.replace(/\/+$/, '')
  }
  throw new PerSQLError(
    'invalid_argument',
    'baseURL must be an http or https URL without credentials or query.',
  )
}

function checkLocal(local: string | LocalDriver): string | LocalDriver {
  if (typeof local === 'string' && local.trim() !== '') return absolutePath(local)
  if (typeof local !== 'string' && typeof local?.batch === 'function') return local
  throw new PerSQLError(
    'invalid_argument',
    'local must be a path such as "agents.db", ":memory:", or a SqlDriver.',
  )
}

function splitPath(path: string): [namespace: string, name: string] {
  const slash = typeof path === 'string' ? path.indexOf('/') : -1
  return slash < 0 ? ['', ''] : [path.slice(0, slash), path.slice(slash + 1)]
}

interface Environment {
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> }
}

/** A variable of the environment, where there is one and it may be read. */
function environmentVariable(name: string): string | undefined {
  try {
    return (globalThis as Environment).process?.env?.[name] || undefined
  } catch {
    // Deno asks for permission.
    return undefined
  }
}
