import { RunCatalog } from '@persql/session-core'
import type { Command } from 'commander'
import { addJsonOption, defineCommand } from '../../command.ts'
import type { DatabaseOptions } from '../../database.ts'
import { count } from '../../terminal/format.ts'
import { neutralise } from '../../terminal/neutralise.ts'
import { printJson, printLine } from '../../terminal/print.ts'
import { UsageError } from '../../usage-error.ts'
import { addDatabaseOption, getRun, toJsonApproval, useRuns } from './show-run.ts'

interface Options extends DatabaseOptions {
  readonly message?: string
  readonly always?: true
  readonly by?: string
  readonly json?: true
}

export function runsApproveCommand(parent: Command): void {
  decideCommand(parent, 'approve', 'Approve calls that a run waits for: those named, or the only one.', true)
}

export function runsRejectCommand(parent: Command): void {
  decideCommand(parent, 'reject', 'Reject calls that a run waits for: those named, or the only one.', false)
}

function decideCommand(parent: Command, name: string, description: string, approve: boolean): void {
  const command = defineCommand(parent, `${name} <run> [call...]`, description, [
    `persql runs ${name} refund-1 call_8fG2 --db agents.db`,
  ])
  const decided = approve ? 'Approved' : 'Rejected'
  addJsonOption(addDatabaseOption(command))
    .option('--message <text>', 'what the model is told of a rejection')
    .option('--always', 'also for later calls of the tool in this run')
    .option('--by <name>', 'who decides')
    .action((runId: string, given: string[], options: Options) =>
      useRuns(options, async ({ driver }) => {
        const catalog = new RunCatalog(driver, { createTables: false })
        await getRun(catalog, runId)
        const calls = given.length > 0 ? given : await onlyCall(catalog, runId)
        const { message, always, by } = options
        const approvals = []
        for (const call of calls) {
          approvals.push(await catalog.decide(runId, call, { approve, message, always, by }))
        }
        if (options.json) return printJson({ approvals: approvals.map(toJsonApproval) })
        const rest = (await catalog.get(runId))?.pending ?? 0
        const waits = rest > 0 ? ` ${count(rest, 'call')} still ${rest === 1 ? 'waits' : 'wait'}.` : ''
        await printLine(neutralise(`${decided} ${calls.join(', ')}.${waits}`))
      }),
    )
}

/** The only call that waits, so that nobody decides on what he has not seen. */
async function onlyCall(catalog: RunCatalog, runId: string): Promise<string[]> {
  const waiting = (await catalog.approvals(runId)).filter(({ decision }) => decision === undefined)
  const [only, ...others] = waiting.map(({ callId }) => callId)
  if (only === undefined) throw new Error(`Nothing of the run "${runId}" waits for a decision.`)
  if (others.length > 0) throw new UsageError(`Which call? ${[only, ...others].join(', ')}`)
  return [only]
}
