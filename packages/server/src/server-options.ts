import { LIMITS } from '@persql/sdk/protocol'

/** Options of `createServer`. */
export interface ServerOptions {
  /**
   * The folder that everything is kept in. It is made where it is missing, for this user only; one server uses it at a
   * time. A folder that holds other things, or that everybody may write to, is refused.
   */
  readonly data: string
  /** The port that the server listens on; 0 takes a free one. Default: 8787. */
  readonly port?: number
  /** The address that the server listens on. Default: `127.0.0.1`, which other machines cannot reach. */
  readonly host?: string
  /** The slug of the namespace, which is made where there is none, with an admin token. Default: `local`. */
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
  /** Limits that differ from their defaults. */
  readonly limits?: Partial<ServerLimits>
  /** Processes that run SQL: always `min` (default: 2), and up to `max` (default: 8) while all are busy. */
  readonly workers?: { readonly min?: number; readonly max?: number }
  /** How often what has expired is deleted, in ms; with 0, only `sweep()` does it. Default: 60,000. */
  readonly sweepInterval?: number
  /** How long `close` waits for running requests, in ms. Default: 10,000. */
  readonly closeGrace?: number
  /**
   * A function that is told about each request and event, and never of SQL, parameters, tokens or content. Where it
   * throws or rejects, the entry is lost and counted, and the server goes on. Default: nobody is told.
   */
  readonly log?: (entry: LogEntry) => unknown
  /** The clock, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number
}

/** One line of the log: an event, and what is to be known of it. */
export interface LogEntry {
  readonly level: 'info' | 'warn' | 'error'
  readonly event: string
  readonly [field: string]: string | number | boolean | undefined
}

/** What one request may ask for, and all of them together. */
export interface ServerLimits {
  /** Bytes in the body of a request. Default: 32 MiB. */
  readonly bodyBytes: number
  /** Statements in one batch. Default: 100. */
  readonly statements: number
  /** Parameters of one statement. Default: 32,766, the most that SQLite takes. */
  readonly params: number
  /** Bytes in the text of one statement. Default: 1 MiB. */
  readonly sqlBytes: number
  /** Bytes in one text, blob or row. Default: 64 MiB. */
  readonly valueBytes: number
  /** Rows in all results of one request. Default: 1,000,000. */
  readonly resultRows: number
  /** Bytes in all results of one request, as they are sent: JSON in UTF-8. Default: 64 MiB. */
  readonly resultBytes: number
  /** How long one request may run, in ms; then it is stopped. It may wait twice as long before. Default: 30,000. */
  readonly statementMs: number
  /** Requests that wait for one database. Default: 1,000. */
  readonly queue: number
  /**
   * Connections of clients at once. A new one takes the place of the one that has been idle longest; where none is
   * idle, it is closed. Default: 10,000, or what the limit of open files of this process leaves.
   */
  readonly connections: number
  /**
   * Bytes in all bodies of requests that are under way, and as many again in all answers that clients have not read. A
   * request beyond is answered with 503; of the connections with unread answers, those that have been busy longest are
   * cut. Default: 256 MiB. Never less than one body and one result.
   */
  readonly heldBytes: number
  /** Requests to MCP that are under way at once. Default: 64. */
  readonly mcpRequests: number
  /**
   * Bytes of memory that the process of a request may use; then it is stopped. Default: 1 GiB. On Linux only:
   * elsewhere, only the limits of values and results hold.
   */
  readonly memoryBytes: number
  /**
   * Bytes in the temporary files that one request makes, such as for a sort or an index; then it is stopped. Default: 1
   * GiB. On Linux only: elsewhere, only the limit of time holds.
   */
  readonly temporaryBytes: number
  /** Bytes of one database with its indexes; what would make it larger is refused. Default: 10 GiB. */
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
