import type { DatabaseInfo } from '@persql/sdk'
import type { Command } from 'commander'
import { useApi } from '../../api.ts'
import { duration } from '../../arguments.ts'
import { addJsonOption, defineCommand } from '../../command.ts'
import { confirm } from '../../terminal/confirm.ts'
import { formatIso } from '../../terminal/format.ts'
import { neutralise } from '../../terminal/neutralise.ts'
import { printJson, printLine } from '../../terminal/print.ts'
import { printTable } from '../../terminal/table.ts'

const DAY = 86_400

interface Options {
  readonly slug?: string
  readonly ttl?: number
  readonly yes?: true
  readonly json?: true
}

export function dbCommand(program: Command): void {
  const db = program.command('db').description('Databases of the PerSQL namespace')

  addJsonOption(
    defineCommand(db, 'create <name>', 'Make a database. Needs an admin token.', [
      'persql db create "agent state"',
      'persql db create run-7 --ttl 6h',
    ]),
  )
    .option('--slug <slug>', 'how it is addressed (default: made of the name)')
    .option('--ttl <duration>', 'how long until it is gone, such as 6h or 7d (default: it stays)', duration)
    .action((name: string, { slug, ttl, json }: Options) =>
      useApi(async (client) => {
        const ttlDays = ttl === undefined ? undefined : ttl / DAY
        const created = await client.databases.create(name, { slug, ttlDays })
        if (json) return printJson(created)
        await printDatabases([created])
      }),
    )

  addJsonOption(defineCommand(db, 'list', 'List the databases.', ['persql db list'])).action(
    ({ json }: Options) =>
      useApi(async (client) => {
        const databases = await client.databases.list()
        await (json ? printJson({ databases }) : printDatabases(databases))
      }),
  )

  addJsonOption(
    defineCommand(db, 'delete <slug>', 'Delete a database with everything in it. Needs an admin token.', [
      'persql db delete run-7',
    ]),
  )
    .option('-y, --yes', 'do not ask')
    .action((slug: string, options: Options) =>
      useApi(async (client) => {
        await client.databases.get(slug)
        await confirm(`This deletes the database "${slug}" and everything in it.`, options)
        await client.databases.delete(slug)
        if (options.json) return printJson({ deleted: [slug] })
        await printLine(`Deleted the database "${neutralise(slug)}".`)
      }),
    )
}

function printDatabases(databases: readonly DatabaseInfo[]): Promise<void> {
  return printTable(
    ['slug', 'name', 'status', 'created', 'expires'],
    databases.map(({ slug, name, status, createdAt, expiresAt }) => [
      slug,
      name,
      status,
      formatIso(createdAt),
      formatIso(expiresAt),
    ]),
    'No databases.',
  )
}
