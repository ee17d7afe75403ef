#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { checkNode } from './check-node.ts'
import type { LineWriter } from './line-writer.ts'
import type { LogEntry } from './server-options.ts'

const USAGE = `persql-server [options]

  --data <folder>        what everything is kept in (default: ./persql-data)
  --port <number>        default: 8787; 0 takes a free one
  --host <address>       default: 127.0.0.1, which other machines cannot reach
  --namespace <slug>     default: local
  --no-auto-create       a query does not make the database that it names
  --mcp-origin <origin>  a page elsewhere that may use /mcp, such as https://app.example.com; may be repeated
  --quiet                no log of requests
  --help

PERSQL_ADMIN_TOKEN       the admin token; without it, the first run prints one
`

const LAST_LINES_MS = 1000

try {
  await run()
} catch (error) {
  process.stderr.write(`persql-server: ${(error as Error).message}\n`)
  process.exit(isMisuse(error) ? 2 : 1)
}

async function run(): Promise<void> {
  // Before what older versions cannot do, such as to read these options. They can print the help.
  if (!process.argv.includes('--help')) checkNode()
  const { values } = parseArgs({
    allowNegative: true,
    options: {
      data: { type: 'string', default: 'persql-data' },
      port: { type: 'string', default: '8787' },
      host: { type: 'string', default: '127.0.0.1' },
      namespace: { type: 'string', default: 'local' },
      'auto-create': { type: 'boolean', default: true },
      'mcp-origin': { type: 'string', multiple: true, default: [] },
      quiet: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(USAGE)
    return
  }
  const { createServer } = await import('./create-server.ts')
  const { LineWriter } = await import('./line-writer.ts')
  const output = new LineWriter(1)
  const log = (entry: LogEntry) => {
    if (values.quiet && entry.level === 'info') return
    return output.write(JSON.stringify({ time: new Date().toISOString(), ...entry }))
  }
  // Where nobody reads it any more, the server goes on all the same.
  process.stderr.on('error', () => {})
  const given = process.env['PERSQL_ADMIN_TOKEN']
  const server = await createServer({
    data: values.data,
    port: values.port === '' ? Number.NaN : Number(values.port),
    host: values.host,
    namespace: values.namespace,
    autoCreate: values['auto-create'],
    mcpOrigins: values['mcp-origin'],
    adminToken: given,
    log,
  })
  const isFirst = !given && server.adminToken !== undefined
  process.stderr.write(
    `PerSQL server for "${server.namespace}" on ${server.url}, reference at ${server.url}/reference\n${
      isFirst ? `Admin token, shown only now: ${server.adminToken}\n` : ''
    }`,
  )
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void log({ level: 'info', event: 'signal', signal })?.catch(() => {})
      void server.close().then(() => exit(output))
    })
  }
}

/** Whether the options are at fault. */
function isMisuse(error: unknown): boolean {
  return (
    error instanceof TypeError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true
  )
}

/** Once the log is written, unless nobody takes it. */
async function exit(output: LineWriter): Promise<void> {
  const timer = setTimeout(() => process.kill(process.pid, 'SIGKILL'), LAST_LINES_MS)
  await output.idle()
  clearTimeout(timer)
  process.exit()
}
