import type { SessionWords } from '@persql/session-core'
import { type Command, Option } from 'commander'
import { addJsonOption, defineCommand } from '../../command.ts'
import { addDatabaseOptions, type DatabaseOptions, useSessions } from '../../database.ts'
import { count } from '../../terminal/format.ts'
import { neutralise } from '../../terminal/neutralise.ts'
import { printJson, printLine } from '../../terminal/print.ts'
import { convertSessions } from '../../transfer/convert-sessions.ts'

interface Options extends DatabaseOptions {
  readonly to: SessionWords
  readonly dryRun?: true
  readonly json?: true
}

export function sessionsConvertCommand(parent: Command): void {
  const command = defineCommand(
    parent,
    'convert [session...]',
    'Say the items of sessions, of all where none is named, in the words that both Agents SDKs read, or in those of the one in TypeScript. Each session is rewritten at once, or not at all where it changed meanwhile. Repeating it goes on.',
    [
      'persql sessions convert --to shared --dry-run --db agents.db',
      'persql sessions convert user-42 --to js --db agents.db',
    ],
  )
  addJsonOption(addDatabaseOptions(command))
    .addOption(new Option('--to <words>', 'in whose words').choices(['shared', 'js']).makeOptionMandatory())
    .option('--dry-run', 'change nothing, and say what would change')
    .action((sessionIds: string[], options: Options) =>
      useSessions(options, options.dryRun ? 'read' : 'write', async (database) => {
        const result = await convertSessions(database, sessionIds, options)
        if (result.failed.length > 0) process.exitCode = 1
        if (options.json) return printJson(result)
        const items = result.converted.reduce((sum, session) => sum + session.items, 0)
        const done = options.dryRun ? 'Would convert' : 'Converted'
        await printLine(
          `${done} ${count(items, 'item')} of ${count(result.converted.length, 'session')}; ${result.unchanged} unchanged.`,
        )
        for (const { sessionId, message } of result.failed) {
          await printLine(neutralise(`Not converted: ${sessionId}. ${message}`))
        }
      }),
    )
}
