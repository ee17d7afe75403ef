import { RunCatalog } from '@persql/session-core'
import type { Command } from 'commander'
import { addJsonOption, defineCommand } from '../../command.ts'
import { type DatabaseOptions, useDatabase } from '../../database.ts'
import { neutralise } from '../../terminal/neutralise.ts'
import { printJson, printLine } from '../../terminal/print.ts'
import { untilInterrupted } from '../../until-interrupted.ts'
import {
  addDatabaseOption,
  approvalLine,
  getRun,
  statusOf,
  stepLine,
  toJsonApproval,
  toJsonRun,
  toJsonStep,
} from './show-run.ts'

interface Options extends DatabaseOptions {
  readonly follow?: true
  readonly json?: true
}

const POLL_MS = 500

export function runsShowCommand(parent: Command): void {
  const command = defineCommand(
    parent,
    'show <run>',
    'Show a run: its steps, and what waits for a decision.',
    ['persql runs show trip-42 --db agents.db'],
  )
  addJsonOption(addDatabaseOption(command))
    .option('-f, --follow', 'go on with new steps until the run stops')
    .action((runId: string, options: Options) =>
      useDatabase(options, 'read', async ({ driver }) => {
        const catalog = new RunCatalog(driver)
        const run = await getRun(catalog, runId)
        if (options.json) {
          const steps = await catalog.steps(runId)
          const approvals = await catalog.approvals(runId)
          return printJson({
            ...toJsonRun(run),
            steps: steps.map(toJsonStep),
            approvals: approvals.map(toJsonApproval),
          })
        }
        await say(`${run.runId}, ${statusOf(run)}${run.sessionId ? `, session ${run.sessionId}` : ''}`)
        let after = 0
        const showNew = async () => {
          for (const step of await catalog.steps(runId, { after })) {
            await say(stepLine(step))
            after = step.step
          }
        }
        await showNew()
        if (options.follow) {
          await untilInterrupted(async (signal) => {
            while (!signal.aborted && (await catalog.get(runId))?.status === 'running') {
              await new Promise((resolve) => setTimeout(resolve, POLL_MS))
              await showNew()
            }
          })
        }
        const ended = (await catalog.get(runId)) ?? run
        for (const approval of await catalog.approvals(runId)) await say(approvalLine(approval))
        if (ended.error) await say(`${ended.error.name}: ${ended.error.message}`)
        if (ended.status === 'done') await say(`Output: ${JSON.stringify(ended.output)}`)
      }),
    )
}

function say(line: string): Promise<void> {
  return printLine(neutralise(line))
}
