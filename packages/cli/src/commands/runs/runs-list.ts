import { type Run, RunCatalog, type RunStatus } from '@persql/session-core'
import { type Command, Option } from 'commander'
import { wholeNumber } from '../../arguments.ts'
import { addJsonOption, defineCommand } from '../../command.ts'
import { type DatabaseOptions, useDatabase } from '../../database.ts'
import { formatTime } from '../../terminal/format.ts'
import { note, printJson } from '../../terminal/print.ts'
import { printTable } from '../../terminal/table.ts'
import { addDatabaseOption, statusOf, toJsonRun } from './show-run.ts'

interface Options extends DatabaseOptions {
  readonly status?: RunStatus
  readonly owner?: string
  readonly session?: string
  readonly limit: number
  readonly json?: true
}

const STATUSES = ['running', 'waiting', 'done', 'failed', 'cancelled']

export function runsListCommand(parent: Command): void {
  const command = defineCommand(parent, 'list', 'List runs, the newest first. Times are UTC.', [
    'persql runs list --status waiting --db agents.db',
  ])
  addJsonOption(addDatabaseOption(command))
    .addOption(new Option('--status <status>', 'only these').choices(STATUSES))
    .option('--owner <name>', 'only those of this owner')
    .option('--session <id>', 'only those of this session')
    .option('--limit <number>', 'how many at most', wholeNumber(1), 50)
    .action((options: Options) =>
      useDatabase(options, 'read', async ({ driver }) => {
        const catalog = new RunCatalog(driver)
        const { status, owner, session: sessionId, limit } = options
        const { runs, before } = await catalog.list({ status, owner, sessionId, limit })
        if (options.json) return printJson({ runs: runs.map(toJsonRun) })
        await printTable(
          ['run', 'status', 'pending', 'agent', 'session', 'began', 'last activity'],
          runs.map((run: Run) => [
            run.runId,
            statusOf(run),
            run.pending,
            run.lastAgent ?? run.agent,
            run.sessionId,
            formatTime(run.createdAt),
            formatTime(run.updatedAt),
          ]),
          'No runs.',
        )
        if (before) note('There are more: a larger --limit.')
      }),
    )
}
