import { isStorageError, RunCatalog } from '@persql/session-core'
import type { Command } from 'commander'
import { duration } from '../../arguments.ts'
import { addJsonOption, defineCommand } from '../../command.ts'
import type { DatabaseOptions } from '../../database.ts'
import { confirm } from '../../terminal/confirm.ts'
import { count } from '../../terminal/format.ts'
import { neutralise } from '../../terminal/neutralise.ts'
import { printJson, printLine } from '../../terminal/print.ts'
import { addDatabaseOption, getRun, useRuns } from './show-run.ts'

interface Options extends DatabaseOptions {
  readonly yes?: true
  readonly json?: true
}

export function runsCancelCommand(parent: Command): void {
  const command = defineCommand(
    parent,
    'cancel <run>',
    'End a run for good. Whoever works on it fails at its next step.',
    ['persql runs cancel trip-42 --db agents.db'],
  )
  addJsonOption(addDatabaseOption(command))
    .option('-y, --yes', 'do not ask')
    .action((runId: string, options: Options) =>
      useRuns(options, async ({ driver }) => {
        const catalog = new RunCatalog(driver, { createTables: false })
        await getRun(catalog, runId)
        await confirm(`This ends the run "${runId}" for good.`, options)
        const cancelled = await catalog.cancel(runId)
        if (options.json) return printJson({ cancelled })
        await printLine(neutralise(cancelled ? `Cancelled ${runId}.` : `${runId} had ended before.`))
      }),
    )
}

export function runsRetryCommand(parent: Command): void {
  const command = defineCommand(parent, 'retry <run>', 'Let a worker go on with a run that failed.', [
    'persql runs retry trip-42 --db agents.db',
  ])
  addJsonOption(addDatabaseOption(command)).action((runId: string, options: Options) =>
    useRuns(options, async ({ driver }) => {
      const catalog = new RunCatalog(driver, { createTables: false })
      await getRun(catalog, runId)
      const retried = await catalog.retry(runId)
      if (options.json) return printJson({ retried })
      await printLine(neutralise(retried ? `A worker may go on with ${runId}.` : `${runId} has not failed.`))
    }),
  )
}

export function runsPruneCommand(parent: Command): void {
  const command = defineCommand(
    parent,
    'prune',
    'Remove runs that ended long ago, and expired ones, with their journals. Sessions stay.',
    ['persql runs prune --older-than 30d --db agents.db'],
  )
  addJsonOption(addDatabaseOption(command))
    .requiredOption('--older-than <duration>', 'how long ago they ended, such as 30d', duration)
    .option('-y, --yes', 'do not ask')
    .action((options: Options & { olderThan: number }) =>
      useRuns(options, async ({ driver }) => {
        const olderThan = new Date(Date.now() - options.olderThan * 1000)
        await confirm(`This removes runs that ended before ${olderThan.toISOString()}.`, options)
        const catalog = new RunCatalog(driver, { createTables: false })
        const removed = await catalog.prune({ olderThan }).catch(noneWithoutTables)
        if (options.json) return printJson({ removed })
        await printLine(`Removed ${count(removed, 'run')}.`)
      }),
    )
}

function noneWithoutTables(error: unknown): number {
  if (isStorageError(error, 'NO_SUCH_TABLE')) return 0
  throw error
}
