import { SessionCatalog } from '@persql/session-core'
import type { Command } from 'commander'
import { wholeNumber } from '../../arguments.ts'
import { addJsonOption, defineCommand } from '../../command.ts'
import { addDatabaseOptions, type DatabaseOptions, useSessions } from '../../database.ts'
import { count, toJsonSession } from '../../terminal/format.ts'
import { neutralise } from '../../terminal/neutralise.ts'
import { printJson, printLine } from '../../terminal/print.ts'

interface Options extends DatabaseOptions {
  readonly through?: number
  readonly json?: true
}

export function sessionsForkCommand(parent: Command): void {
  const command = defineCommand(
    parent,
    'fork <session> <new-session>',
    'Copy a session, or its beginning, into a new one.',
    [
      'persql sessions fork user-42 experiment --db agents.db',
      'persql sessions fork user-42 before-refund --through 1207',
    ],
  )
  addJsonOption(addDatabaseOptions(command))
    .option(
      '--through <row>',
      'up to and including this row, as `sessions show` numbers them',
      wholeNumber(1),
    )
    .action((sessionId: string, newSessionId: string, options: Options) =>
      useSessions(options, 'write', async ({ driver, tables }) => {
        const catalog = new SessionCatalog(driver, tables)
        const fork = await catalog.fork(sessionId, newSessionId, { throughRowId: options.through })
        if (options.json) return printJson(toJsonSession(fork))
        await printLine(`"${neutralise(fork.sessionId)}" has ${count(fork.itemCount, 'item')}.`)
      }),
    )
}
