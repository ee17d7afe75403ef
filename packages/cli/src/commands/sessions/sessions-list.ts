import { SessionCatalog, type SessionSummary } from '@persql/session-core'
import type { Command } from 'commander'
import { wholeNumber } from '../../arguments.ts'
import { addJsonOption, defineCommand } from '../../command.ts'
import { addDatabaseOptions, type DatabaseOptions, useSessions } from '../../database.ts'
import { formatTime, toJsonSession } from '../../terminal/format.ts'
import { note, printJson } from '../../terminal/print.ts'
import { printTable } from '../../terminal/table.ts'
import { UsageError } from '../../usage-error.ts'

interface Options extends DatabaseOptions {
  readonly limit: number
  readonly after?: string
  readonly json?: true
}

const LARGEST_PAGE = 1000

export function sessionsListCommand(parent: Command): void {
  const command = defineCommand(parent, 'list', 'List sessions, latest activity first. Times are UTC.', [
    'persql sessions list --db agents.db --limit 20',
  ])
  addJsonOption(addDatabaseOptions(command))
    .option('--limit <number>', 'how many at most', wholeNumber(1), 50)
    .option('--after <cursor>', 'go on where an earlier list ended')
    .action((options: Options) =>
      useSessions(options, 'read', async ({ driver, tables }) => {
        const catalog = new SessionCatalog(driver, tables)
        const sessions: SessionSummary[] = []
        let after = options.after === undefined ? undefined : decodeCursor(options.after)
        do {
          const limit = Math.min(options.limit - sessions.length, LARGEST_PAGE)
          const page = await catalog.list({ limit, after })
          sessions.push(...page.sessions)
          after = page.after
        } while (after !== undefined && sessions.length < options.limit)
        const cursor = after && encodeCursor(after)
        if (options.json)
          return printJson({ sessions: sessions.map(toJsonSession), ...(cursor && { after: cursor }) })
        await printTable(
          ['session', 'items', 'first activity', 'last activity'],
          sessions.map(({ sessionId, itemCount, firstActivity, lastActivity }) => [
            sessionId,
            itemCount,
            formatTime(firstActivity),
            formatTime(lastActivity),
          ]),
        )
        if (cursor) note(`There are more: --after ${cursor}`)
      }),
    )
}

// One word for a shell, unlike the catalog's own.
const encodeCursor = (after: string) => Buffer.from(after).toString('base64url')

function decodeCursor(cursor: string): string {
  const after = Buffer.from(cursor, 'base64url').toString()
  if (after.startsWith('[')) return after
  throw new UsageError('--after must be the cursor that an earlier list ended with.')
}
