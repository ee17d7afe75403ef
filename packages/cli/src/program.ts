import { readFileSync } from 'node:fs'
import { URL_SCHEMES } from '@persql/session-core'
import { Command } from 'commander'
import { consoleCommand } from './commands/console.ts'
import { copyCommand } from './commands/copy.ts'
import { doctorCommand } from './commands/doctor.ts'
import { mcpCommand } from './commands/mcp.ts'
import { memoryForgetCommand } from './commands/memory/memory-forget.ts'
import { memoryListCommand } from './commands/memory/memory-list.ts'
import { memoryRecallCommand } from './commands/memory/memory-recall.ts'
import { memoryShowCommand } from './commands/memory/memory-show.ts'
import { queryCommand } from './commands/query.ts'
import { runsApproveCommand, runsRejectCommand } from './commands/runs/runs-decide.ts'
import { runsCancelCommand, runsPruneCommand, runsRetryCommand } from './commands/runs/runs-end.ts'
import { runsListCommand } from './commands/runs/runs-list.ts'
import { runsShowCommand } from './commands/runs/runs-show.ts'
import { branchCommand } from './commands/service/branch.ts'
import { dbCommand } from './commands/service/db.ts'
import { serverCommand } from './commands/service/server.ts'
import { tokenCommand } from './commands/service/token.ts'
import { usageCommand } from './commands/service/usage.ts'
import { sessionsConvertCommand } from './commands/sessions/sessions-convert.ts'
import { sessionsDeleteCommand } from './commands/sessions/sessions-delete.ts'
import { sessionsExportCommand } from './commands/sessions/sessions-export.ts'
import { sessionsForkCommand } from './commands/sessions/sessions-fork.ts'
import { sessionsImportCommand } from './commands/sessions/sessions-import.ts'
import { sessionsIndexCommand } from './commands/sessions/sessions-index.ts'
import { sessionsListCommand } from './commands/sessions/sessions-list.ts'
import { sessionsSearchCommand } from './commands/sessions/sessions-search.ts'
import { sessionsShowCommand } from './commands/sessions/sessions-show.ts'
import { sessionsStatsCommand } from './commands/sessions/sessions-stats.ts'
import { sessionsUsageCommand } from './commands/sessions/sessions-usage.ts'
import { neutralise } from './terminal/neutralise.ts'
import { bold } from './terminal/style.ts'

const WIDTH = Math.max(...URL_SCHEMES.map(({ example }) => example.length))
const DATABASES = URL_SCHEMES.map(({ example, about }) => `  ${example.padEnd(WIDTH)}   ${about}`)

const ENVIRONMENT = `
Databases:
${DATABASES.join('\n')}
  A path without a scheme is a SQLite file.

Environment:
  PERSQL_DATABASE   the database, where --db is not given
  PERSQL_TOKEN      API token; where it is missing and needed, it is asked for
  PERSQL_API_URL    the API, if it is not the hosted one
  NO_COLOR          no colours

Status: 0 done, 1 failed, 2 misused.`

export function createProgram(): Command {
  const program = new Command('persql')
    .description('Look at agent sessions in any database, and move them where they are needed.')
    .version(version())
    .addHelpText('after', ENVIRONMENT)
    .configureHelp({ styleTitle: bold })
    .showSuggestionAfterError()
    .configureOutput({
      outputError: (text, write) => {
        const line = text
          .trim()
          .replace(/^error:/, 'persql:')
          .replace(/\n/g, ' ')
        write(`${neutralise(line)}${hint(line)}\n`)
      },
    })
    .exitOverride()

  // As in `persql import`, which is a command of sessions.
  const hint = (line: string) => {
    const name = /unknown command '(\w+)'$/.exec(line)?.[1]
    const isOfSessions = sessions.commands.some((command) => command.name() === name)
    return isOfSessions ? ` (Did you mean sessions ${name}?)` : ''
  }
  const sessions = program.command('sessions').description('Read, move and delete sessions')
  sessionsListCommand(sessions)
  sessionsShowCommand(sessions)
  sessionsSearchCommand(sessions)
  sessionsStatsCommand(sessions)
  sessionsUsageCommand(sessions)
  sessionsForkCommand(sessions)
  sessionsDeleteCommand(sessions)
  sessionsConvertCommand(sessions)
  sessionsIndexCommand(sessions)
  sessionsExportCommand(sessions)
  sessionsImportCommand(sessions)

  const runs = program.command('runs').description('Look at runs that survive, and decide what they wait for')
  runsListCommand(runs)
  runsShowCommand(runs)
  runsApproveCommand(runs)
  runsRejectCommand(runs)
  runsRetryCommand(runs)
  runsCancelCommand(runs)
  runsPruneCommand(runs)

  const memory = program.command('memory').description('Look at what agents remember, and forget it')
  memoryListCommand(memory)
  memoryRecallCommand(memory)
  memoryShowCommand(memory)
  memoryForgetCommand(memory)

  copyCommand(program)
  queryCommand(program)
  doctorCommand(program)
  consoleCommand(program)
  mcpCommand(program)
  dbCommand(program)
  branchCommand(program)
  tokenCommand(program)
  usageCommand(program)
  serverCommand(program)
  addToAll(program)
  return program
}

/** Options that every command takes, wherever they stand. */
function addToAll(command: Command): void {
  command.option('--no-color', 'no colours').on('option:no-color', () => {
    process.env['NO_COLOR'] = '1'
    delete process.env['FORCE_COLOR']
  })
  for (const one of command.commands) addToAll(one)
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
