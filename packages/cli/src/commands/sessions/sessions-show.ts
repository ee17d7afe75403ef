import { type RawRow, RawSessions, schemeOf } from '@persql/session-core'
import type { Command } from 'commander'
import { wholeNumber } from '../../arguments.ts'
import { addJsonOption, defineCommand } from '../../command.ts'
import { addDatabaseOptions, type Database, type DatabaseOptions, useSessions } from '../../database.ts'
import { readAll, sessionQueries } from '../../session-queries.ts'
import { count, formatTime, toIso } from '../../terminal/format.ts'
import { escapeJson, neutralise, onOneLine, safeJson } from '../../terminal/neutralise.ts'
import { print, printJson, printLine } from '../../terminal/print.ts'
import { bold, dim } from '../../terminal/style.ts'
import { RowFollower } from '../../transcript/row-follower.ts'
import { decodeRow, rawText, Transcript } from '../../transcript/transcript.ts'
import { untilInterrupted } from '../../until-interrupted.ts'
import { UsageError } from '../../usage-error.ts'
import { noSuchSession } from './no-such-session.ts'

interface Options extends DatabaseOptions {
  readonly last?: number
  readonly follow?: true
  readonly full?: true
  readonly json?: true
}

const PAGE = { limit: 500, bytes: 1_000_000 }

export function sessionsShowCommand(parent: Command): void {
  const command = defineCommand(parent, 'show <session>', 'Show a session as a transcript. Times are UTC.', [
    'persql sessions show user-42 --db agents.db',
    'persql sessions show user-42 --last 20 --follow',
    'persql sessions show user-42 --json | jq \'select(.item.role == "user")\'',
  ])
  addJsonOption(addDatabaseOptions(command), 'JSON Lines, one for each item, for programs')
    .option('--last <number>', 'only the latest items', wholeNumber(1))
    .option('-f, --follow', 'go on with new items as they arrive, until interrupted')
    .option('--full', 'do not cut long texts')
    .action((sessionId: string, options: Options) =>
      useSessions(options, 'read', (database) => show(database, sessionId, options)),
    )
}

async function show(database: Database, sessionId: string, options: Options): Promise<void> {
  const scheme = schemeOf(database.url)
  if (options.follow && scheme?.isCopy) {
    const [name] = scheme.names
    throw new UsageError(`A ${name}: file is read once and not followed. Open it as file: to follow it.`)
  }
  const stored = new RawSessions(database.driver, database.tables)
  const [session] = await stored.get([sessionId])
  if (!session && !options.follow) throw noSuchSession(sessionId)
  if (session && !options.json) {
    const { items, createdAt, updatedAt } = session
    const times = `${formatTime(createdAt)} – ${formatTime(updatedAt)}`
    await printLine(
      `${bold(neutralise(sessionId))}  ${dim(`${count(items, 'item')}  ${neutralise(times)}`)}\n`,
    )
  }

  const transcript = new Transcript(options)
  const printRow = (row: RawRow) => (options.json ? printLine(toJson(row)) : print(transcript.render(row)))
  let last = options.last === undefined ? 0 : await rowBefore(database, sessionId, options.last)
  for (;;) {
    const rows = await stored.readPage(sessionId, { after: last, ...PAGE })
    for (const row of rows) await printRow(row)
    last = rows.at(-1)?.rowId ?? last
    if (rows.length === 0) break
  }
  if (!options.follow) return

  await untilInterrupted(async (signal) => {
    const follower = new RowFollower(database, sessionId, last)
    for await (const change of follower.changes(signal)) {
      if (change.isRewritten) {
        await (options.json
          ? printJson({ rewritten: true })
          : printLine(dim('— the history was rewritten —\n')))
      }
      for (const row of change.rows) await printRow(row)
    }
  })
}

/** Id of the row before the latest `count` rows; 0 where there are no more than those. */
async function rowBefore(database: Database, sessionId: string, count: number): Promise<number> {
  const { db, messages } = sessionQueries(database)
  const query = db
    .selectFrom(messages)
    .select('id')
    .where('session_id', '=', sessionId)
    .orderBy('id', 'desc')
    .limit(1)
    .offset(count)
  const [result] = await readAll(database, [query])
  return Number(result?.rows[0]?.[0] ?? 0)
}

/** On one line. The item is the JSON that is stored: read and written again, it would lose digits of numbers. */
function toJson(row: RawRow): string {
  const { rowId, data } = row
  const createdAt = toIso(row.createdAt)
  const isItem = typeof data === 'string' && decodeRow(row) !== undefined
  if (!isItem) return safeJson({ row: rowId, createdAt, corrupt: true, text: rawText(row) })
  return `${safeJson({ row: rowId, createdAt }).slice(0, -1)},"item":${escapeJson(onOneLine(data))}}`
}
