import type { TokenRole } from '@persql/sdk'
import { type Command, Option } from 'commander'
import { useApi } from '../../api.ts'
import { collect, duration } from '../../arguments.ts'
import { addJsonOption, defineCommand } from '../../command.ts'
import { confirm } from '../../terminal/confirm.ts'
import { formatIso } from '../../terminal/format.ts'
import { neutralise } from '../../terminal/neutralise.ts'
import { note, printJson, printLine } from '../../terminal/print.ts'
import { printTable } from '../../terminal/table.ts'

interface Options {
  readonly role: TokenRole
  readonly database?: string
  readonly table?: readonly string[]
  readonly ttl?: number
  readonly yes?: true
  readonly json?: true
}

export function tokenCommand(program: Command): void {
  const token = program
    .command('token')
    .description('API tokens of the PerSQL namespace. All need an admin token.')

  addJsonOption(
    defineCommand(token, 'create <name>', 'Make a token. It is printed once, and kept nowhere.', [
      'persql token create worker --role readwrite --database agents --ttl 30d',
      'export PERSQL_TOKEN=$(persql token create reader --role readonly --json | jq -r .token)',
    ]),
  )
    .addOption(
      new Option('--role <role>', 'what it may do')
        .choices(['admin', 'readwrite', 'readonly'])
        .makeOptionMandatory(),
    )
    .option('--database <slug>', 'the only database that it reaches (default: all)')
    .option('--table <name>', 'a table that SQL may touch; may be repeated (default: all)', collect)
    .option('--ttl <duration>', 'how long until it ends, such as 12h or 30d (default: it stays)', duration)
    .action((name: string, { role, database, table, ttl, json }: Options) =>
      useApi(async (client) => {
        const ttlSec = ttl === undefined ? undefined : Math.round(ttl)
        const created = await client.tokens.create(name, { role, database, tableScope: table, ttlSec })
        if (json) return printJson(created)
        await printLine(created.token)
        note(`Token "${neutralise(created.name)}", id ${created.id}. It is not shown again.`)
      }),
    )

  addJsonOption(
    defineCommand(token, 'list', 'List the tokens, without their secrets.', ['persql token list']),
  ).action(({ json }: Options) =>
    useApi(async (client) => {
      const tokens = await client.tokens.list()
      if (json) return printJson({ tokens })
      await printTable(
        ['id', 'name', 'role', 'database', 'tables', 'created', 'expires'],
        tokens.map(({ id, name, role, database, tableScope, createdAt, expiresAt }) => [
          id,
          name,
          role,
          database,
          tableScope?.join(', '),
          formatIso(createdAt),
          formatIso(expiresAt),
        ]),
        'No tokens.',
      )
    }),
  )

  addJsonOption(
    defineCommand(token, 'revoke <id>', 'End a token, by the id that `list` shows.', [
      'persql token revoke tok_4f1c',
    ]),
  )
    .option('-y, --yes', 'do not ask')
    .action((id: string, options: Options) =>
      useApi(async (client) => {
        const found = (await client.tokens.list()).find((token) => token.id === id)
        await confirm(`This ends the token "${found?.name ?? id}" at once.`, options)
        await client.tokens.revoke(id)
        if (options.json) return printJson({ revoked: [id] })
        await printLine(`Revoked the token "${neutralise(found?.name ?? id)}".`)
      }),
    )
}
