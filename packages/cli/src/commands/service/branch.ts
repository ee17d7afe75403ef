import type { BranchRole } from '@persql/sdk'
import { type Command, Option } from 'commander'
import { useRemoteDatabase } from '../../api.ts'
import { duration } from '../../arguments.ts'
import { addJsonOption, defineCommand } from '../../command.ts'
import { confirm } from '../../terminal/confirm.ts'
import { formatIso } from '../../terminal/format.ts'
import { neutralise } from '../../terminal/neutralise.ts'
import { note, printJson, printLine } from '../../terminal/print.ts'
import { printTable } from '../../terminal/table.ts'

interface Options {
  readonly db?: string
  readonly ref?: string
  readonly purpose?: string
  readonly ttl?: number
  readonly role?: BranchRole
  readonly yes?: true
  readonly json?: true
}

export function branchCommand(program: Command): void {
  const branch = program
    .command('branch')
    .description('Branches of a PerSQL database: its schema without its rows, for a while')
  const define = (usage: string, description: string, examples: readonly string[]) =>
    addJsonOption(defineCommand(branch, usage, description, examples)).option(
      '--db <name>',
      'namespace/database, or its slug (default: PERSQL_DATABASE)',
    )

  define('claim', 'Lease a branch with a token of its own; both end together. Needs an admin token.', [
    'persql branch claim --db acme/agents --purpose "try a migration" --ttl 1h',
  ])
    .option('--ref <ref>', 'its name (default: made of the purpose)')
    .option('--purpose <text>', 'what it is for')
    .option('--ttl <duration>', 'how long until it is gone, from 60s to 30d (default: 1h)', duration)
    .addOption(
      new Option('--role <role>', 'what its token may do')
        .choices(['read', 'write', 'admin'])
        .default('write'),
    )
    .action(({ db, ref, purpose, ttl, role, json }: Options) =>
      useRemoteDatabase(db, async (database) => {
        const claim = await database.branches.claim({
          ...(ref !== undefined && { ref }),
          ...(purpose !== undefined && { purpose }),
          ...(ttl !== undefined && { ttlSec: Math.round(ttl) }),
          ...(role !== undefined && { role }),
        })
        if (json) return printJson(claim)
        const { branchRef, token, expiresAt, namespaceSlug, databaseSlug } = claim
        await printTable(
          ['what', 'value'],
          [
            ['branch', branchRef],
            ['database', `persql://${namespaceSlug}/${databaseSlug}`],
            ['expires', formatIso(expiresAt)],
          ],
        )
        await printLine(`\nPERSQL_TOKEN=${token}`)
        note('The token is not shown again.')
      }),
    )

  define('list', 'List the branches.', ['persql branch list --db acme/agents']).action(
    ({ db, json }: Options) =>
      useRemoteDatabase(db, async (database) => {
        const branches = await database.branches.list()
        if (json) return printJson({ branches })
        await printTable(
          ['branch', 'slug', 'status', 'created', 'expires'],
          branches.map(({ branchRef, slug, status, createdAt, expiresAt }) => [
            branchRef,
            slug,
            status,
            formatIso(createdAt),
            formatIso(expiresAt),
          ]),
          'No branches.',
        )
      }),
  )

  define('delete <ref>', 'Delete a branch with everything in it; its tokens end.', [
    'persql branch delete try-a-migration-x7k2p --db acme/agents',
  ])
    .option('-y, --yes', 'do not ask')
    .action((ref: string, options: Options) =>
      useRemoteDatabase(options.db, async ({ branches }) => {
        await branches.get(ref)
        await confirm(`This deletes the branch "${ref}" and everything in it.`, options)
        await branches.delete(ref)
        if (options.json) return printJson({ deleted: [ref] })
        await printLine(`Deleted the branch "${neutralise(ref)}".`)
      }),
    )
}
