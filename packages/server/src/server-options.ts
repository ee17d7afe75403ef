import { LIMITS } from '@persql/sdk/protocol'

export interface ServerOptions {
  /**
   * The folder that everything is kept in. Made where it is missing, for this user only; one server uses it at a time.
   * A folder that holds other things, or that everybody may write to, is refused.
   */
  readonly data: string
  /** Default: 8787. 0 takes a free one. */
  readonly port?: number
  /** Default: `127.0.0.1`, which other machines cannot reach. */
  readonly host?: string
  /** Made where there is none, with an admin token. Default: `local`. */
  readonly namespace?: string
  /**
   * The admin token named `environment`, instead of one that is made in the first run. One that was set before and
   * differs is revoked. 16 to 200 letters, digits, `_`, `-`, `.`, `~`, `+`, `/`.
   */
  readonly adminToken?: string | undefined
  /**
   * Whether a query or batch, or making a branch, makes the database that it names, with an admin token that is not
   * bound to one database, where there never was one with that address. Calls that only look make none. Default: true.
   */
  readonly autoCreate?: boolean
  /**
   * Origins of pages elsewhere, such as `https://app.example.com`, that may use `/mcp` from a browser, with a token as
   * everybody; they are answered with CORS headers. Default: none; then only pages of this machine get an answer, and
   * none without a proxy of their own.
   */
  readonly mcpOrigins?: readonly string[]
  readonly limits?: Partial<ServerLimits>
  /** Processes that run SQL: always `min` (default: 2), and up to `max` (default: 8) while all are busy. */
  readonly workers?: { readonly min?: number; readonly max?: number }
  /** How often what has expired is deleted, in ms. Default: 60,000. 0: only by `sweep()`. */
  readonly sweepInterval?: number
  /** How long `close` waits for running requests, in ms. Default: 10,000. */
  readonly closeGrace?: number
  /**
   * Told about each request and event. Never given SQL, parameters, tokens or content. Where it throws or rejects, the
   * entry is lost and counted, and the server goes on. Default: nobody.
   */
  readonly log?: (entry: LogEntry) => unknown
  /** Milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number
}

export interface LogEntry {
  readonly level: 'info' | 'warn' | 'error'
  readonly event: string
  readonly [field: string]: string | number | boolean | undefined
}

/** What one request may ask for, and all of them together. */
export interface ServerLimits {
  /** Of a request's body. Default: 32 MiB. */
  readonly bodyBytes: number
  /** In one batch. Default: 100. */
  readonly statements: number
  /** Of one statement. Default: 32,766, the most that SQLite takes. */
  readonly params: number
  /** Of the text of one statement. Default: 1 MiB. */
  readonly sqlBytes: number
  /** Of one text, blob or row. Default: 64 MiB. */
  readonly valueBytes: number
  /** In all results of one request. Default: 1,000,000. */
  readonly resultRows: number
  /** Of all results of one request, as they are sent: JSON in UTF-8. Default: 64 MiB. */
  readonly resultBytes: number
  /** How long one request may run, in ms; then it is stopped. It may wait twice as long before. Default: 30,000. */
  readonly statementMs: number
  /** Requests that wait for one database. Default: 1,000. */
  readonly queue: number
  /**
   * Of clients, at once. A new one takes the place of the one that has been idle longest; where none is idle, it is
   * closed. Default: 10,000, or what the limit of open files of this process leaves.
   */
  readonly connections: number
  /**
   * Of all bodies of requests that are under way, and as much again of all answers that clients have not read. A request
   * beyond is answered with 503; of the connections with unread answers, those that have been busy longest are cut.
   * Default: 256 MiB. Never less than one body and one result.
   */
  readonly heldBytes: number
  /** Requests to MCP that are under way at once. Default: 64. */
  readonly mcpRequests: number
  /**
   * Memory of a process that runs a request; then it is stopped. Default: 1 GiB. On Linux only: elsewhere, only the
   * limits of values and results hold.
   */
  readonly memoryBytes: number
  /**
   * Of the temporary files that one request makes, such as for a sort or an index; then it is stopped. Default: 1 GiB.
   * On Linux only: elsewhere, only the limit of time holds.
   */
  readonly temporaryBytes: number
  /** Of one database with its indexes; what would make it larger is refused. Default: 10 GiB. */
  readonly databaseBytes: number
  /** Databases that one process keeps open. Default: 64, or what the limit of open files of a process leaves. */
  readonly openDatabases: number
}

export const DEFAULT_LIMITS: ServerLimits = {
  bodyBytes: LIMITS.bodyBytes,
  statements: LIMITS.statements,
  params: LIMITS.params,
  sqlBytes: LIMITS.sqlBytes,
  valueBytes: 64 * 1024 * 1024,
  resultRows: 1_000_000,
  resultBytes: LIMITS.resultBytes,
  statementMs: LIMITS.statementSec * 1000,
  queue: 1000,
  connections: 10_000,
  heldBytes: 256 * 1024 * 1024,
  mcpRequests: 64,
  memoryBytes: 1024 * 1024 * 1024,
  temporaryBytes: 1024 * 1024 * 1024,
  databaseBytes: 10 * 1024 * 1024 * 1024,
  openDatabases: 64,
}
