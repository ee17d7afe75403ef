import type { Command } from 'commander'
import { portNumber } from '../../arguments.ts'
import { defineCommand } from '../../command.ts'
import { loadPackage } from '../../load-package.ts'
import { note, printLine } from '../../terminal/print.ts'
import { untilStopped } from '../../until-interrupted.ts'
import { throwAsMisuse } from '../../usage-error.ts'

interface Options {
  readonly data: string
  readonly port: number
  readonly host: string
  readonly namespace: string
  readonly autoCreate: boolean
  readonly mcpOrigin?: readonly string[]
  readonly quiet?: true
}

export function serverCommand(program: Command): void {
  defineCommand(
    program,
    'server',
    'Run a self-hosted server that speaks the PerSQL API. PERSQL_ADMIN_TOKEN is its admin token; without it, the first run prints one.',
    ['persql server --data ./persql-data --port 8787'],
  )
    .option('--data <folder>', 'what everything is kept in', 'persql-data')
    .option('--port <number>', '0 takes a free one', portNumber, 8787)
    .option('--host <address>', 'other machines cannot reach the default', '127.0.0.1')
    .option('--namespace <slug>', 'made where there is none', 'local')
    .option('--no-auto-create', 'a query does not make the database that it names')
    .option('--mcp-origin <origins...>', 'pages elsewhere that may use /mcp, such as https://app.example.com')
    .option('--quiet', 'no log of requests')
    .action(async ({ quiet, mcpOrigin = [], ...options }: Options) => {
      const { createServer } = await loadPackage('@persql/server', () => import('@persql/server'))
      const adminToken = process.env['PERSQL_ADMIN_TOKEN']
      const server = await createServer({
        ...options,
        mcpOrigins: mcpOrigin,
        adminToken,
        log(entry) {
          if (quiet && entry.level === 'info') return
          void printLine(JSON.stringify({ time: new Date().toISOString(), ...entry }))
        },
      }).catch(throwAsMisuse)
      note(`PerSQL server for "${server.namespace}" on ${server.url}`)
      note(`Console at ${server.url}/console/, reference at ${server.url}/reference`)
      if (!adminToken && server.adminToken !== undefined) {
        note(`Admin token, shown only now: ${server.adminToken}`)
      }
      await untilStopped()
      await server.close()
    })
}
