import { SessionCatalog, type SessionSummary } from '@persql/session-core'
import { type Command, Option } from 'commander'
import { since, until, wholeNumber } from '../../arguments.ts'
import { addJsonOption, defineCommand } from '../../command.ts'
import { addDatabaseOptions, type DatabaseOptions, useSessions } from '../../database.ts'
import { formatTime, toJsonSession } from '../../terminal/format.ts'
import { note, printJson } from '../../terminal/print.ts'
import { printTable } from '../../terminal/table.ts'
import { UsageError } from '../../usage-error.ts'

interface Options extends DatabaseOptions {
  readonly limit: number
  readonly after?: string
  readonly prefix?: string
  readonly since?: Date
  readonly until?: Date
  readonly order: 'newest' | 'oldest'
  readonly json?: true
}

const LARGEST_PAGE = 1000

export function sessionsListCommand(parent: Command): void {
  const command = defineCommand(parent, 'list', 'List sessions, latest activity first. Times are UTC.', [
    'persql sessions list --db agents.db --limit 20',
    'persql sessions list --prefix user- --since 7d',
    'persql sessions list --until 2025-12-31 --order oldest --json',
  ])
  addJsonOption(addDatabaseOptions(command))
    .option('--limit <number>', 'how many at most', wholeNumber(1), 50)
    .option('--prefix <text>', 'only ids that begin so')
    .option(
      '--since <time>',
      'only with activity since: a day or time in UTC, or a duration ago, such as 7d',
      since,
    )
    .option('--until <time>', 'only with no activity after that; a day counts to its end', until)
    .addOption(
      new Option('--order <order>', 'which activity comes first')
        .choices(['newest', 'oldest'])
        .default('newest'),
    )
    .option('--after <cursor>', 'go on where an earlier list ended')
    .action((options: Options) =>
      useSessions(options, 'read', async ({ driver, tables }) => {
        const catalog = new SessionCatalog(driver, tables)
        const sessions: SessionSummary[] = []
        const { prefix, since, until, order } = options
        let after = options.after === undefined ? undefined : decodeCursor(options.after)
        do {
          const limit = Math.min(options.limit - sessions.length, LARGEST_PAGE)
          const page = await catalog.list({ limit, after, prefix, since, until, order })
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
          prefix === undefined && !since && !until ? 'No sessions.' : 'No such sessions.',
        )
        if (cursor) note(`There are more: --after ${cursor}`)
      }),
    )
}

const SHORT = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/

/** One word for a shell, unlike the catalog's own, and a short one where the last session has items. */
function encodeCursor(after: string): string {
  const [updated, row] = JSON.parse(after) as [updated: string, row: number, session: string]
  const [found, day, time] = SHORT.exec(updated) ?? []
  const seconds = found === undefined ? Number.NaN : Date.parse(`${day}T${time}Z`) / 1000
  if (row < 1 || !(seconds >= 0)) return Buffer.from(after).toString('base64url')
  return `${seconds.toString(36)}.${row.toString(36)}`
}

function decodeCursor(cursor: string): string {
  const [, seconds, row] = /^([0-9a-z]{1,9})\.([0-9a-z]{1,10})$/.exec(cursor) ?? []
  if (seconds !== undefined && row !== undefined) {
    const updated = new Date(Number.parseInt(seconds, 36) * 1000)
    const text = Number.isNaN(updated.getTime()) ? '' : formatTime(updated)
    return JSON.stringify([text, Number.parseInt(row, 36), ''])
  }
  const after = Buffer.from(cursor, 'base64url').toString()
  if (after.startsWith('[')) return after
  throw new UsageError('--after must be the cursor that an earlier list ended with.')
}
