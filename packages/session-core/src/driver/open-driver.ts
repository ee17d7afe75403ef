import { absolutePath } from './absolute-path.ts'
import { importError } from './import-error.ts'
import type { SqlDriver } from './sql-driver.ts'
import { StorageError } from './storage-error.ts'

export interface OpenOptions {
  /**
   * Whether the database is only looked at: a local file must exist, is neither made nor changed, and gets no files
   * beside it. Default: false.
   */
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
    refuseUnusable(path, readOnly)
    return exports['betterSqlite3Driver']?.(path, { readOnly })
  },
}
const SQLJS: DriverPackage = {
  name: '@persql/driver-sqljs',
  open(exports, path, { readOnly = false }) {
    if (path === ':memory:') return exports['sqlJsDriver']?.({})
    refuseUnusable(path, readOnly)
    return exports['sqlJsDriver']?.({ storage: exports['fileStorage']?.(path), readOnly })
  },
}
const PERSQL: DriverPackage = {
  name: '@persql/driver-persql',
  open: (exports, database) => exports['openPersqlDriver']?.(database),
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
 *
 * Two words such as `acme/agents` could be a name or a path, and are refused with `INVALID_ARGUMENT`; a path that
 * ends in `.db`, `.db3`, `.sqlite` or `.sqlite3` could not.
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

/** Opening a pipe would wait for ever, and what SQLite says of a folder does not name it. */
function refuseUnusable(path: string, readOnly: boolean): void {
  const fs = globalProcess?.getBuiltinModule?.('node:fs')
  if (!fs) return
  const reason = reasonAgainst(fs, path, readOnly)
  if (reason !== undefined) throw new StorageError('CANNOT_OPEN', reason)
}

function reasonAgainst(fs: NodeFileSystem, path: string, readOnly: boolean): string | undefined {
  try {
    const file = fs.statSync(path, { throwIfNoEntry: false })
    if (file?.isDirectory()) return `"${path}" is a folder. Name a file in it, such as "agents.db".`
    if (file && !file.isFile()) return `"${path}" is no file, but a device, a pipe or a socket.`
    if (file) return fs.accessSync(path, fs.constants.R_OK)
    // Throws where what should be a folder is none.
    const link = fs.lstatSync(path, { throwIfNoEntry: false })
    if (!readOnly) return undefined
    return link ? `"${path}" is a link to a file that does not exist.` : `There is no file "${path}".`
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (code === 'EACCES') return `"${path}" may not be read by this user.`
    if (code === 'ENOTDIR') return `"${path}" is said to be in a folder that is a file.`
    return `"${path}" cannot be looked at: ${code}.`
  }
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
  getBuiltinModule(name: 'node:fs'): NodeFileSystem
  getBuiltinModule(name: 'node:module'): { createRequire(path: string): { resolve(name: string): string } }
  getBuiltinModule(name: 'node:url'): { pathToFileURL(path: string): URL; fileURLToPath(url: string): string }
}

interface NodeFileSystem {
  readonly constants: { readonly R_OK: number }
  accessSync(path: string, mode: number): undefined
  lstatSync(path: string, options: { throwIfNoEntry: false }): object | undefined
  statSync(
    path: string,
    options: { throwIfNoEntry: false },
  ): { isFile(): boolean; isDirectory(): boolean } | undefined
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
