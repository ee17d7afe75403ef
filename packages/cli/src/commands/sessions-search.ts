import type { Command } from 'commander'
import { wholeNumber } from '../arguments.ts'
import { defineCommand, withJson } from '../command.ts'
import { type DatabaseOptions, useSessions, withDatabase } from '../database.ts'
import { type Match, searchItems } from '../search/search-items.ts'
import { formatTime, toIso } from '../terminal/format.ts'
import { neutralise } from '../terminal/neutralise.ts'
import { note, printJson, printLine } from '../terminal/print.ts'
import { bold, dim, highlighted } from '../terminal/style.ts'
import { UsageError } from '../usage-error.ts'

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
    'Find items by what they say, newest first: messages, arguments and results of tools, in whatever case.',
    [
      'persql sessions search "refund" --db agents.db',
      'persql sessions search refund --session user-42 --json',
    ],
  )
  withJson(withDatabase(command))
    .option('--session <session>', 'only in this session')
    .option('--limit <number>', 'how many at most', wholeNumber(1), 20)
    .option('--before <row>', 'only rows before this one, to go on', wholeNumber(1))
    .action((text: string, options: Options) =>
      useSessions(options, 'read', async (database) => {
        if (text.trim() === '') throw new UsageError('Give a text to search for.')
        const { limit } = options
        const matches = await searchItems(database, text, { ...options, limit: limit + 1 })
        const shown = matches.slice(0, limit)
        const before = matches.length > limit ? shown.at(-1)?.row : undefined
        if (options.json) {
          const found = shown.map((match) => ({ ...match, createdAt: toIso(match.createdAt) }))
          return printJson({ matches: found, ...(before && { before }) })
        }
        for (const match of shown) await printLine(render(match))
        if (shown.length === 0) note('Nothing found.')
        if (before) note(`There are more: --before ${before}`)
      }),
    )
}

function render({ sessionId, row, createdAt, role, excerpt, start, length }: Match): string {
  const end = start + length
  const text =
    neutralise(excerpt.slice(0, start)) +
    highlighted(neutralise(excerpt.slice(start, end))) +
    neutralise(excerpt.slice(end))
  const where = `${bold(neutralise(sessionId))}  ${dim(`#${row}  ${neutralise(formatTime(createdAt))}`)}`
  return `${where}  ${neutralise(role)}\n  ${text}`
}
