import { RawSessions, type SearchHit, searchItems, searchTerms } from '@persql/session-core'
import type { Command } from 'commander'
import { wholeNumber } from '../../arguments.ts'
import { addJsonOption, defineCommand } from '../../command.ts'
import { addDatabaseOptions, type DatabaseOptions, useSessions } from '../../database.ts'
import { type Excerpt, excerptOf } from '../../terminal/excerpt.ts'
import { formatTime, toIso } from '../../terminal/format.ts'
import { neutralise } from '../../terminal/neutralise.ts'
import { note, printJson, printLine } from '../../terminal/print.ts'
import { bold, dim, highlighted } from '../../terminal/style.ts'
import { UsageError } from '../../usage-error.ts'
import { noSuchSession } from './no-such-session.ts'

interface Options extends DatabaseOptions {
  readonly session?: string
  readonly limit: number
  readonly before?: number
  readonly json?: true
}

export function sessionsSearchCommand(parent: Command): void {
  const command = defineCommand(
    parent,
    'search <text>',
    'Find items that hold all the words, newest first: in messages, arguments and results of tools, in whatever case. Words in quotation marks are one phrase.',
    [
      'persql sessions search "refund" --db agents.db',
      'persql sessions search \'"order A-1" refund\'',
      'persql sessions search refund --session user-42 --json',
    ],
  )
  addJsonOption(addDatabaseOptions(command))
    .option('--session <session>', 'only in this session')
    .option('--limit <number>', 'how many at most', wholeNumber(1), 20)
    .option('--before <row>', 'only rows before this one, to go on', wholeNumber(1))
    .action((text: string, options: Options) =>
      useSessions(options, 'read', async (database) => {
        const terms = searchTerms(text)
        if (terms.length === 0) throw new UsageError('Give a text to search for.')
        const { session: sessionId, limit, before } = options
        const stored = new RawSessions(database.driver, database.tables)
        if (sessionId !== undefined && (await stored.get([sessionId])).length === 0) {
          throw noSuchSession(sessionId)
        }
        const search = { ...database.tables, sessionId, limit, before }
        const page = await searchItems(database.driver, terms, search)
        const hits = page.hits.map(toShown)
        if (options.json) {
          const printed = hits.map((hit) => ({ ...hit, createdAt: toIso(hit.createdAt) }))
          return printJson({ ...page, hits: printed })
        }
        for (const hit of hits) await printLine(render(hit))
        if (hits.length === 0) note('Nothing found.')
        if (page.before) note(`There are more: --before ${page.before}`)
      }),
    )
}

interface ShownHit extends Excerpt {
  readonly sessionId: string
  readonly row: number
  readonly createdAt: string | null
  /** `user`, `assistant`, …, or the type of an item without a role; `corrupt` for a row that is no item. */
  readonly role: string
}

function toShown(hit: SearchHit): ShownHit {
  const { sessionId, rowId, createdAt, text, start, end } = hit
  const { role, type } = (hit.item ?? {}) as { role?: unknown; type?: unknown }
  return {
    sessionId,
    row: rowId,
    createdAt,
    role: 'item' in hit ? String(role ?? type ?? 'item') : 'corrupt',
    ...excerptOf(text, start, end - start),
  }
}

function render({ sessionId, row, createdAt, role, excerpt, start, length }: ShownHit): string {
  const end = start + length
  const text =
    neutralise(excerpt.slice(0, start)) +
    highlighted(neutralise(excerpt.slice(start, end))) +
    neutralise(excerpt.slice(end))
  const where = `${bold(neutralise(sessionId))}  ${dim(`#${row}  ${neutralise(formatTime(createdAt))}`)}`
  return `${where}  ${neutralise(role)}\n  ${text}`
}
