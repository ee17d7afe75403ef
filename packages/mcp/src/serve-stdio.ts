import { StdioServerTransport, serveStdio as serve } from '@modelcontextprotocol/server/stdio'
import { PerSQL, PerSQLError } from '@persql/sdk'
import type { SessionTableNames, SqlDriver } from '@persql/session-core'
import { createMcpServer } from './create-mcp-server.ts'
import { guardedDriver } from './guarded-driver.ts'
import type { McpOptions } from './mcp-options.ts'

/** Options of {@link serveStdio}: what is served. */
export interface ServeStdioOptions extends SessionTableNames {
  /** The driver of the one database to serve, which stays open. It is not used where there is a `client`. */
  readonly driver?: SqlDriver | undefined
  /** A client, all of whose databases are served, with tools for databases, branches and usage. */
  readonly client?: PerSQL | undefined
  /**
   * What the database is called; with a `client`, the slug of the one meant by calls that name none, without which
   * every call must name one. Default: `main` for a `driver`.
   */
  readonly name?: string | undefined
  /** Whether the tools that write are left out. Default: false. */
  readonly readOnly?: boolean | undefined
}

/** A server on the standard streams of this process. */
export interface StdioServer {
  /** Resolves when the client has hung up, or `close` was called. */
  readonly closed: Promise<void>
  close(): Promise<void>
}

/**
 * Serves MCP on the standard input and output of this process. Nothing else may write to the output meanwhile; logs
 * belong on standard error.
 */
export function serveStdio(options: ServeStdioOptions): StdioServer {
  const { client, driver, name, ...others } = options
  if (!client && !driver) throw new TypeError('Pass a driver or a client.')
  const source = client ? ofClient(client, name) : ofDriver(driver!, name)
  const ended = Promise.withResolvers<void>()
  const server = serve(() => createMcpServer({ ...source, ...others }), {
    transport: transport(ended.resolve),
  })
  return {
    closed: ended.promise,
    async close() {
      await server.close()
      ended.resolve()
    },
  }
}

/** The standard streams. `onEnd` is called when either side has closed them. */
function transport(onEnd: () => void): StdioServerTransport {
  const stdio = new StdioServerTransport()
  const close = stdio.close.bind(stdio)
  stdio.close = async () => {
    await close()
    onEnd()
  }
  return stdio
}

function ofDriver(driver: SqlDriver, name = 'main'): McpOptions {
  const handle = new PerSQL({ local: guardedDriver(driver) }).database('local', name)
  const only = async <Database>(slug: string, database: Database): Promise<Database> => {
    if (slug === name) return database
    throw new PerSQLError('api', `There is no such database; the only one here is "${name}".`, {
      status: 404,
    })
  }
  return {
    defaultDatabase: name,
    dialect: handle.sqlDialect,
    database: (slug) => only(slug, handle),
    // No model writes the SQL of a memory, and what makes its tables is not left to models.
    memoryDriver: (slug) => only(slug, driver),
  }
}

function ofClient(client: PerSQL, name: string | undefined): McpOptions {
  let namespace: Promise<string> | undefined
  const ownNamespace = () => {
    namespace ??= client.me().then(({ namespaceSlug }) => namespaceSlug)
    return namespace.catch((error: unknown) => {
      namespace = undefined
      throw error
    })
  }
  return {
    client,
    defaultDatabase: name,
    async database(slug) {
      // A server may make a database at its first use; reading must not.
      if (slug !== name) await client.databases.get(slug)
      return client.database(await ownNamespace(), slug)
    },
  }
}
