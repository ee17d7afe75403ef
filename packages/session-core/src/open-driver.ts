import { absolutePath } from './absolute-path.ts'
import type { SqlDriver } from './driver.ts'
import { importError } from './import-error.ts'
import { StorageError } from './storage-error.ts'

export interface OpenOptions {
  /** To look only: a local file must exist, and is neither made nor changed. Default: false. */
  readonly readOnly?: boolean | undefined
}

interface DriverPackage {
  readonly name: string
  /** The function of that package that makes a driver of what is left of the URL. */
  open(exports: Record<string, (...args: unknown[]) => unknown>, rest: string, options: OpenOptions): unknown
}

const FILE: DriverPackage = {
  name: '@persql/driver-better-sqlite3',
  open(exports, path, { readOnly = false }) {
    if (path === ':memory:') return exports['betterSqlite3Driver']?.(path)
    if (readOnly) refuseMissing(path)
    return exports['betterSqlite3Driver']?.(path, { readOnly })
  },
}
const SQLJS: DriverPackage = {
  name: '@persql/driver-sqljs',
  open(exports, path, { readOnly = false }) {
    if (path === ':memory:') return exports['sqlJsDriver']?.({})
    if (readOnly) refuseMissing(path)
    return exports['sqlJsDriver']?.({ storage: exports['fileStorage']?.(path), readOnly })
  },
}
const PERSQL: DriverPackage = {
  name: '@persql/driver-persql',
  open: (exports, database) => exports['openPersqlDriver']?.(database),
}

/**
 * Opens a database by its URL. The driver's package is loaded when it is asked for; where it is missing, the
 * `DRIVER_NOT_INSTALLED` error names it.
 *
 * - `:memory:`, `file:agents.db`, `file:///var/lib/agents.db`, or a path such as `./agents.db`:
 *   SQLite through `@persql/driver-better-sqlite3`; a relative path is one in the working folder of this moment
 * - `sqljs::memory:`, `sqljs:agents.db`: SQLite in WebAssembly through `@persql/driver-sqljs`
 * - `persql://acme/agent-state`: PerSQL over HTTP through `@persql/driver-persql`, with `PERSQL_TOKEN` and
 *   `PERSQL_API_URL` from the environment
 *
 * Two words such as `acme/agents` could be a name or a path, and are refused with `INVALID_ARGUMENT`; a path that ends
 * in `.db`, `.db3`, `.sqlite` or `.sqlite3` could not.
 */
export async function openDriver(url: string, options: OpenOptions = {}): Promise<SqlDriver> {
  const [driverPackage, rest] = parseUrl(url)
  const exports = await load(driverPackage.name)
  return (await driverPackage.open(exports, rest, options)) as SqlDriver
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Opens the database that the environment names: `PERSQL_DATABASE` is a URL or path as in {@link openDriver}, or,
 * with `PERSQL_TOKEN` set, a name such as `acme/agent-state`; without a token such a name is refused.
 */
export async function driverFromEnv(env?: Environment): Promise<SqlDriver> {
  return openDriver(databaseUrlFromEnv(env))
}

/** The URL of the database that {@link driverFromEnv} opens. */
export function databaseUrlFromEnv(env: Environment = globalProcess?.env ?? {}): string {
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

function refuseMissing(path: string): void {
  const fs = globalProcess?.getBuiltinModule?.('node:fs')
  if (!fs || fs.existsSync(path)) return
  throw new StorageError('CANNOT_OPEN', `There is no file "${path}".`)
}

function parseUrl(url: unknown): [driverPackage: DriverPackage, rest: string] {
  if (typeof url !== 'string' || url.trim() === '') {
    throw new StorageError('INVALID_ARGUMENT', 'The database URL must be a string, such as "file:agents.db".')
  }
  const [, scheme, rest = ''] = /^([a-z][a-z0-9+.-]+):(.*)$/is.exec(url) ?? []
  switch (scheme?.toLowerCase()) {
    case undefined:
      if (isDatabaseName(url)) throw ambiguous(url)
      return [FILE, absolutePath(url)]
    case 'file':
      return [FILE, absolutePath(rest.startsWith('//') ? pathOf(url) : rest)]
    case 'sqljs':
      return [SQLJS, absolutePath(rest)]
    case 'persql':
      return [PERSQL, rest.replace(/^\/\//, '')]
    default:
      throw new StorageError(
        'INVALID_ARGUMENT',
        `No driver for "${scheme}:". Use "file:agents.db", ":memory:", "sqljs:agents.db" or "persql://namespace/database".`,
      )
  }
}

function pathOf(url: string): string {
  try {
    // Fails where there are no files, as in a browser.
    return globalProcess!.getBuiltinModule('node:url').fileURLToPath(url)
  } catch (cause) {
    throw new StorageError(
      'INVALID_ARGUMENT',
      `"${url}" names no file here. Use "file:agents.db", or "file:///var/lib/agents.db" for an absolute path.`,
      { cause },
    )
  }
}

async function load(name: string): Promise<Record<string, (...args: unknown[]) => unknown>> {
  try {
    return await import(/* @vite-ignore */ name)
  } catch (cause) {
    const error = importError(name, cause)
    if (error.code !== 'DRIVER_NOT_INSTALLED') throw error
    // Package managers that isolate packages let only the program itself see the drivers it depends on.
    for (const folder of [globalProcess?.cwd(), globalProcess?.argv[1]]) {
      const resolved = folder === undefined ? undefined : resolveFrom(folder, name)
      if (resolved !== undefined) return import(/* @vite-ignore */ resolved)
    }
    throw error
  }
}

interface NodeProcess {
  readonly env: Record<string, string | undefined>
  readonly argv: readonly string[]
  cwd(): string
  getBuiltinModule(name: 'node:fs'): { existsSync(path: string): boolean }
  getBuiltinModule(name: 'node:module'): { createRequire(path: string): { resolve(name: string): string } }
  getBuiltinModule(name: 'node:url'): { pathToFileURL(path: string): URL; fileURLToPath(url: string): string }
}

const globalProcess = (globalThis as { process?: NodeProcess }).process

function resolveFrom(folder: string, name: string): string | undefined {
  if (!globalProcess?.getBuiltinModule) return undefined
  try {
    const { createRequire } = globalProcess.getBuiltinModule('node:module')
    const { pathToFileURL } = globalProcess.getBuiltinModule('node:url')
    return pathToFileURL(createRequire(`${folder}/.`).resolve(name)).href
  } catch {
    return undefined
  }
}
