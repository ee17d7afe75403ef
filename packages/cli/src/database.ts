import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  databaseUrlFromEnv,
  isStorageError,
  openDriver,
  SessionCatalog,
  type SqlDriver,
  schemeOf,
  withDefaultNames,
} from '@persql/session-core'
import { type Command, Option } from 'commander'
import { explainedDriver, explainTables } from './explain-error.ts'
import { refuseMissing } from './refuse-missing.ts'
import { shellWord } from './terminal/shell-word.ts'
import { readToken } from './token.ts'
import { UsageError } from './usage-error.ts'

export interface DatabaseOptions {
  readonly db?: string | undefined
  readonly sessionsTable?: string | undefined
  readonly messagesTable?: string | undefined
}

export interface Database {
  readonly url: string
  /** What people call it. */
  readonly name: string
  /** The option by which it was named, for a shell, with a space in front; empty where there was none. */
  readonly option: string
  readonly driver: SqlDriver
  /** The names of the tables, and that they are not made on the way. */
  readonly tables: {
    readonly sessionsTable: string
    readonly messagesTable: string
    readonly createTables: boolean
  }
}

/** What `--db` takes. */
export const DATABASE = 'URL or path of the database (default: PERSQL_DATABASE)'

/** The options by which every command finds its database. */
export function addDatabaseOptions(command: Command): Command {
  return addTableOptions(command.option('--db <url>', DATABASE))
}

export function addTableOptions(command: Command): Command {
  const { sessionsTable, messagesTable } = withDefaultNames()
  return command
    .addOption(new Option('--sessions-table <name>', 'table of the sessions').default(sessionsTable))
    .addOption(new Option('--messages-table <name>', 'table of the items').default(messagesTable))
}

/** `read` and `write` want a file that exists; `create` makes it, and the tables too. */
export type Mode = 'read' | 'write' | 'create'

/** Opens a database for one piece of work, and closes it. */
export async function useDatabase<Result>(
  options: DatabaseOptions,
  mode: Mode,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = await openDatabase(options, mode)
  try {
    return await work(database)
  } finally {
    await database.driver.close()
  }
}

export async function openDatabase(options: DatabaseOptions, mode: Mode): Promise<Database> {
  const url = options.db ?? databaseUrlFromEnv()
  if (isPersql(url)) {
    if (!/^[^/]+\/./.test(nameOf(url))) {
      throw new UsageError('A PerSQL database is named as in "persql://namespace/database".')
    }
    await readToken()
    if (mode !== 'create') await refuseMissing(nameOf(url))
  }
  const tables = {
    ...withDefaultNames(options),
    createTables: mode === 'create',
  }
  const option = dbOption(options.db)
  const name = nameOf(url)
  const driver = explainedDriver(await open(url, mode), { name, option, isRemote: isRemote(url) })
  // Refuses names that no table can have.
  new SessionCatalog(driver, tables)
  return { url, name, option, driver, tables }
}

async function open(url: string, mode: Mode): Promise<SqlDriver> {
  // Refuses a file that does not exist.
  const reader = mode === 'create' ? undefined : await openDriver(url, { readOnly: true })
  if (reader && mode === 'read') return reader
  await reader?.close()
  return openDriver(url)
}

/** As {@link useDatabase}, for work on the session tables. What is wrong with them is said. */
export async function useSessions<Result>(
  options: DatabaseOptions,
  mode: Mode,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  return useDatabase(options, mode, async (database) => {
    try {
      return await work(database)
    } catch (error) {
      throw await explainTables(database, error)
    }
  })
}

/**
 * Throws where a local file is there and is no database, for commands that would find out only when somebody asks them
 * for something.
 */
export async function refuseUnreadable(options: DatabaseOptions): Promise<void> {
  try {
    await useDatabase(options, 'read', ({ driver }) =>
      driver.dialect === 'sqlite'
        ? driver.batch([{ sql: 'select count(*) from sqlite_master' }], { readOnly: true })
        : Promise.resolve([]),
    )
  } catch (error) {
    if (!isStorageError(error, 'CANNOT_OPEN')) throw error
  }
}

function dbOption(url: string | undefined): string {
  if (url === undefined) return ''
  // What is printed is kept by terminals and logs, so a password or a token in it is left out.
  const shown = url
    .replace(/^([a-z][\w+.-]*:\/\/[^/@:]*):[^@/]*@/i, '$1@')
    .replace(/([?&]authToken=)[^&]*/i, '$1…')
  return ` --db ${shellWord(shown)}`
}

/** What people call the database at a URL, without the secrets that a URL can hold. */
export function nameOf(url: string): string {
  const rest = pathOf(url)
  return isRemote(url) ? rest.replace(/^\/\/(?:[^/]*@)?/, '').replace(/\?.*$/s, '') : basename(rest)
}

/** What stands behind the scheme of a URL: of a file, its path. */
export function pathOf(url: string): string {
  return url.replace(/^[a-z][a-z0-9+.-]+:/i, '')
}

/** The path of an SQLite file whose changes others see at once; undefined for other databases. */
export function fileOf(url: string): string | undefined {
  const scheme = schemeOf(url)
  if (!scheme?.isFile || scheme.isCopy) return undefined
  return /^file:\/\//i.test(url) ? fileURLToPath(url) : pathOf(url)
}

/** Whether a database is reached over a network. */
export function isRemote(url: string): boolean {
  return schemeOf(url)?.isFile === false
}

/** Whether a database is one of the PerSQL API, which needs a token. */
export function isPersql(url: string): boolean {
  return schemeOf(url)?.names[0] === 'persql'
}
