import { PerSQL } from '@persql/sdk'
import { databaseUrlFromEnv } from '@persql/session-core'
import type { Command } from 'commander'
import { defineCommand } from '../command.ts'
import {
  addDatabaseOptions,
  type DatabaseOptions,
  isPersql,
  nameOf,
  openDatabase,
  refuseUnreadable,
} from '../database.ts'
import { loadPackage } from '../load-package.ts'
import { readToken } from '../token.ts'
import { untilStopped } from '../until-interrupted.ts'

interface Options extends DatabaseOptions {
  readonly readOnly?: true
}

export function mcpCommand(program: Command): void {
  const command = defineCommand(
    program,
    'mcp',
    'Serve a database to an MCP client, on standard input and output. With a PerSQL database, all that the token reaches.',
    [
      'persql mcp --db agents.db --read-only',
      'claude mcp add persql -- npx -y @persql/cli mcp --db ~/agents.db',
    ],
  )
  addDatabaseOptions(command)
    .option('--read-only', 'leave out the tools that write')
    .action(async (options: Options) => {
      const { serveStdio } = await loadPackage('@persql/mcp', () => import('@persql/mcp'))
      const { source, close } = await openSource(options)
      const { readOnly, sessionsTable, messagesTable } = options
      try {
        const server = serveStdio({ ...source, readOnly, sessionsTable, messagesTable })
        await Promise.race([server.closed, untilStopped().then(() => server.close())])
      } finally {
        await close()
      }
    })
}

async function openSource(options: Options) {
  const url = options.db ?? databaseUrlFromEnv()
  const [namespace, slug] = isPersql(url) ? nameOf(url).split('/') : []
  if (namespace && slug) {
    const client = new PerSQL({ token: await readToken() })
    return { source: { client, name: slug }, close: () => client.close() }
  }
  await refuseUnreadable(options)
  const { driver } = await openDatabase(options, options.readOnly ? 'read' : 'create')
  return { source: { driver }, close: () => driver.close() }
}
