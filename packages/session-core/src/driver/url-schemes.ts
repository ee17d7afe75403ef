import { absolutePath } from './absolute-path.ts'
import type { DriverExports } from './load-driver.ts'
import { refuseUnusableFile } from './refuse-unusable-file.ts'
import { StorageError } from './storage-error.ts'

/** A kind of database URL. */
export interface UrlScheme {
  /** What stands before the colon, in lower case; the first one is the usual one. */
  readonly names: readonly string[]
  /** Such a URL, to show how it looks. */
  readonly example: string
  /** What such a database is, in a few words. */
  readonly about: string
  /** The package that opens it. */
  readonly package: string
  /** Whether the rest of the URL is the path of an SQLite file. */
  readonly isFile: boolean
  /** Whether the file is read as a whole when it is opened, so that what others change later stays unseen. */
  readonly isCopy: boolean
}

interface OpenableScheme extends UrlScheme {
  /** Makes a driver of the rest of a URL, by what the package exports. */
  open(exports: DriverExports, rest: string, options: SchemeOptions): unknown
}

interface SchemeOptions {
  readonly readOnly: boolean
  /** The whole URL. */
  readonly url: string
}

const FILE: OpenableScheme = {
  names: ['file'],
  example: 'file:agents.db',
  about: 'a SQLite file',
  package: '@persql/driver-better-sqlite3',
  isFile: true,
  isCopy: false,
  open(exports, path, { readOnly }) {
    if (path === ':memory:') return exports['betterSqlite3Driver']?.(path)
    refuseUnusableFile(path, readOnly)
    return exports['betterSqlite3Driver']?.(path, { readOnly })
  },
}

const OPENABLE: readonly OpenableScheme[] = [
  FILE,
  {
    names: ['sqljs'],
    example: 'sqljs:agents.db',
    about: 'a SQLite file, through WebAssembly',
    package: '@persql/driver-sqljs',
    isFile: true,
    isCopy: true,
    open(exports, path, { readOnly }) {
      if (path === ':memory:') return exports['sqlJsDriver']?.({})
      refuseUnusableFile(path, readOnly)
      return exports['sqlJsDriver']?.({ storage: exports['fileStorage']?.(path), readOnly })
    },
  },
  {
    names: ['persql'],
    example: 'persql://namespace/database',
    about: 'PerSQL over HTTP',
    package: '@persql/driver-persql',
    isFile: false,
    isCopy: false,
    open: (exports, rest) => exports['openPersqlDriver']?.(rest.replace(/^\/\//, '')),
  },
  {
    names: ['postgres', 'postgresql'],
    example: 'postgres://host/database',
    about: 'PostgreSQL',
    package: '@persql/driver-postgres',
    isFile: false,
    isCopy: false,
    open: (exports, _, { url, readOnly }) => exports['postgresDriver']?.({ url, readOnly }),
  },
  {
    // PerSQL over HTTP has a scheme of its own, so the others of `@libsql/client` are free.
    names: ['libsql', 'https', 'http', 'wss', 'ws'],
    example: 'libsql://host',
    about: 'libSQL, such as Turso',
    package: '@persql/driver-libsql',
    isFile: false,
    isCopy: false,
    open: (exports, _, { url, readOnly }) => exports['libsqlDriver']?.(url, { readOnly }),
  },
]

/** Every kind of database URL that `openDriver` takes. */
export const URL_SCHEMES: readonly UrlScheme[] = OPENABLE

/** The kind of a database URL, or of a path, which is one of a file; undefined where there is no such kind. */
export function schemeOf(url: string): UrlScheme | undefined {
  return parse(url)?.scheme
}

/**
 * What opens a URL: its kind, and what stands behind the colon, of a file as an absolute path. Throws
 * `INVALID_ARGUMENT` for what nothing opens.
 */
export function parseDatabaseUrl(url: string): { readonly scheme: OpenableScheme; readonly rest: string } {
  const parsed = parse(url)
  if (!parsed) {
    const examples = URL_SCHEMES.map(({ example }) => `"${example}"`)
    const name = url.slice(0, url.indexOf(':') + 1)
    throw new StorageError('INVALID_ARGUMENT', `No driver for "${name}". Use ${listed(examples)}.`)
  }
  const { scheme, rest } = parsed
  if (!scheme.isFile) return parsed
  return { scheme, rest: absolutePath(scheme === FILE && /^file:\/\//i.test(url) ? pathOf(url) : rest) }
}

function parse(url: string): { scheme: OpenableScheme; rest: string } | undefined {
  const [, name, rest = url] = /^([a-z][a-z0-9+.-]+):(.*)$/is.exec(url) ?? []
  const scheme = name === undefined ? FILE : OPENABLE.find(({ names }) => names.includes(name.toLowerCase()))
  return scheme && { scheme, rest }
}

function listed(examples: readonly string[]): string {
  return `${examples.slice(0, -1).join(', ')} or ${examples.at(-1)}`
}

interface Host {
  readonly process?: { getBuiltinModule(name: 'node:url'): { fileURLToPath(url: string): string } }
}

function pathOf(url: string): string {
  try {
    // Fails where there are no files, as in a browser.
    return (globalThis as Host).process!.getBuiltinModule('node:url').fileURLToPath(url)
  } catch (cause) {
    throw new StorageError(
      'INVALID_ARGUMENT',
      `"${url}" names no file here. Use "file:agents.db", or "file:///var/lib/agents.db" for an absolute path.`,
      { cause },
    )
  }
}
