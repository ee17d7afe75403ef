import {
  convertItem,
  isStorageError,
  jsonCodec,
  type RawRow,
  type RawSessionSummary,
  RawSessions,
  type SessionWords,
} from '@persql/session-core'
import type { Database } from '../database.ts'
import { sessionSummaries } from './session-summaries.ts'

interface Options {
  readonly to: SessionWords
  readonly dryRun?: true | undefined
}

interface Converted {
  readonly converted: { readonly sessionId: string; readonly items: number }[]
  readonly unchanged: number
  readonly failed: { readonly sessionId: string; readonly message: string }[]
}

const ATTEMPTS = 5

/**
 * Rewrites each session that holds items in other words, in one batch, from the first such row on. Rows that are no
 * items stay as they are, and so do times. A session that cannot be written is passed over and named.
 */
export async function convertSessions(
  { driver, tables }: Pick<Database, 'driver' | 'tables'>,
  sessionIds: readonly string[],
  options: Options,
): Promise<Converted> {
  const sessions = new RawSessions(driver, tables)
  const result: Converted = { converted: [], unchanged: 0, failed: [] }
  let unchanged = 0
  for await (const session of sessionSummaries(sessions, sessionIds)) {
    const { sessionId } = session
    try {
      const items = await convert(sessions, session, options)
      if (items === 0) unchanged += 1
      else result.converted.push({ sessionId, items })
    } catch (error) {
      if (!isStorageError(error, 'HISTORY_CONFLICT') && !isStorageError(error, 'TOO_LARGE')) throw error
      result.failed.push({ sessionId, message: error.message })
    }
  }
  return { ...result, unchanged }
}

/** Resolves with the number of items that had to change. */
async function convert(
  sessions: RawSessions,
  session: RawSessionSummary,
  { to, dryRun }: Options,
): Promise<number> {
  let current: RawSessionSummary | undefined = session
  for (let attempt = 1; current; attempt++) {
    const rows = await sessions.read([session.sessionId])
    const changed = rows.map((row) => inWords(row, to))
    const first = changed.findIndex((row, index) => row !== rows[index])
    const items = changed.filter((row, index) => row !== rows[index]).length
    if (items === 0 || dryRun) return items
    const { sessionId, createdAt, updatedAt } = current
    const change = {
      session: { sessionId, createdAt, updatedAt },
      expectLast: rows.at(-1)?.rowId ?? 0,
      truncateAfter: rows[first - 1]?.rowId ?? 0,
      rows: changed.slice(first),
    }
    try {
      await sessions.write([change])
      return items
    } catch (error) {
      if (!isStorageError(error, 'HISTORY_CONFLICT') || attempt === ATTEMPTS) throw error
      ;[current] = await sessions.get([sessionId])
    }
  }
  return 0
}

const exact = jsonCodec<object>({ exactNumbers: true })
const plain = jsonCodec<object>()

/** The very same row where it holds no item, or one that stays as it is. */
function inWords(row: RawRow, to: SessionWords): RawRow {
  const text = row.data
  if (typeof text !== 'string') return row
  try {
    // Only the usual form of JSON is written with the exact digits of its numbers.
    const codec = text.includes('"$') ? plain : exact
    const item = codec.decode(text)
    const converted = convertItem(item, to)
    return converted === item ? row : { ...row, data: codec.encode(converted) }
  } catch {
    return row
  }
}
