import { loadDriver } from './load-driver.ts'
import type { SqlDriver } from './sql-driver.ts'
import { StorageError } from './storage-error.ts'
import { parseDatabaseUrl } from './url-schemes.ts'

export interface OpenOptions {
  /**
   * Whether the database is only looked at: a local file must exist, is neither made nor changed, and gets no files
   * beside it. Default: false.
   */
  readonly readOnly?: boolean | undefined
}

/**
 * Opens a database by its URL. The driver's package is loaded when it is asked for; where it is missing, the
 * `DRIVER_NOT_INSTALLED` error names it. Rejects with `CANNOT_OPEN` where a local file is a folder, a device or a
 * pipe, or may not be read.
 *
 * - `:memory:`, `file:agents.db`, `file:///var/lib/agents.db`, or a path such as `./agents.db`: SQLite through
 *   `@persql/driver-better-sqlite3`; a relative path is one in the working folder of this moment
 * - `sqljs::memory:`, `sqljs:agents.db`: SQLite in WebAssembly through `@persql/driver-sqljs`
 * - `persql://acme/agent-state`: PerSQL over HTTP through `@persql/driver-persql`, with `PERSQL_TOKEN` and
 *   `PERSQL_API_URL` from the environment
 * - `postgres://app@db.example.com/agents`: PostgreSQL through `@persql/driver-postgres`, with the variables that `pg`
 *   knows, such as `PGPASSWORD`
 * - `libsql://agents-acme.turso.io`, and `https://`, `http://`, `wss://` or `ws://` for a libSQL server that is reached
 *   so: libSQL through `@persql/driver-libsql`, with `TURSO_AUTH_TOKEN` from the environment
 *
 * Two words such as `acme/agents` could be a name or a path, and are refused with `INVALID_ARGUMENT`; a path that
 * ends in `.db`, `.db3`, `.sqlite` or `.sqlite3` could not.
 */
export async function openDriver(url: string, options: OpenOptions = {}): Promise<SqlDriver> {
  if (typeof url !== 'string' || url.trim() === '') {
    throw new StorageError('INVALID_ARGUMENT', 'The database URL must be a string, such as "file:agents.db".')
  }
  if (isDatabaseName(url)) throw ambiguous(url)
  const { scheme, rest } = parseDatabaseUrl(url)
  const exports = await loadDriver(scheme.package)
  return (await scheme.open(exports, rest, {
    readOnly: options.readOnly ?? false,
    url,
  })) as SqlDriver
}

type Environment = Readonly<Record<string, string | undefined>>

interface Host {
  readonly process?: { readonly env: Environment }
}

/**
 * Opens the database that the environment names: `PERSQL_DATABASE` is a URL or path as in {@link openDriver}, or,
 * with `PERSQL_TOKEN` set, a name such as `acme/agent-state`; without a token such a name is refused.
 */
export async function driverFromEnv(env?: Environment): Promise<SqlDriver> {
  return openDriver(databaseUrlFromEnv(env))
}

/** The URL of the database that {@link driverFromEnv} opens. */
export function databaseUrlFromEnv(env: Environment = (globalThis as Host).process?.env ?? {}): string {
  const database = env['PERSQL_DATABASE']
  if (!database) {
    throw new StorageError(
      'INVALID_ARGUMENT',
      'PERSQL_DATABASE is not set. Set it to a path such as "agents.db", or to "namespace/database" with PERSQL_TOKEN.',
    )
  }
  if (!isDatabaseName(database)) return database
  if (!env['PERSQL_TOKEN']) throw ambiguous(database)
  return `persql://${database}`
}

const DATABASE_FILE = /\.(?:db|db3|sqlite|sqlite3)$/i

/** Whether this is the form of a name in PerSQL, such as `acme/agents`, and not the path of a database file. */
function isDatabaseName(database: string): boolean {
  return /^\w[\w-]*\/\w[\w.-]*$/.test(database) && !DATABASE_FILE.test(database)
}

function ambiguous(database: string): StorageError {
  return new StorageError(
    'INVALID_ARGUMENT',
    `"${database}" may be a PerSQL database or a file. For the database, write persql://${database}, or the name alone in PERSQL_DATABASE, and set PERSQL_TOKEN. For the file, write file:${database}.`,
  )
}
