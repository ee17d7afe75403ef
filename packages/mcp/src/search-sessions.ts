import type { PerSQLDatabase } from '@persql/sdk'
import {
  parseTime,
  type SessionTableNames,
  searchItems,
  searchTerms,
  toSqlDriver,
  withDefaultNames,
} from '@persql/session-core'
import { withoutTables } from './sessions.ts'
import { ToolRefusal } from './tool-error.ts'
import { type Entry, toEntry } from './transcript.ts'

const WORDS = 10
const AROUND = 300

interface Search {
  readonly text: string
  readonly sessionId?: string | undefined
  readonly limit: number
  readonly before?: number | undefined
}

interface Found {
  readonly hits: (Entry & { readonly sessionId: string })[]
  readonly before?: number
}

/** The newest items that hold all the words, and phrases in quotation marks. */
export async function searchSessions(
  handle: PerSQLDatabase,
  names: SessionTableNames,
  { text, ...search }: Search,
): Promise<Found> {
  const words = searchTerms(text)
  if (words.length === 0) throw new ToolRefusal('The text has no words to look for.')
  if (words.length > WORDS) throw new ToolRefusal(`Search for at most ${WORDS} words at once.`)
  const options = { ...withDefaultNames(names), ...search, createTables: false }
  const page = await withoutTables(searchItems(toSqlDriver(handle), words, options), {
    hits: [],
  })
  // Corrupt rows are passed over, as they are where a session is read.
  const readable = page.hits.filter((one) => 'item' in one)
  const hits = readable.map(({ sessionId, rowId, createdAt, item, text, start }) => {
    const entry = toEntry(rowId, parseTime(createdAt), item)
    const isShown = entry.text.length <= 2 * AROUND && has(entry.text, words[0]!)
    return { sessionId, ...entry, text: isShown ? entry.text : around(text, start) }
  })
  return { ...page, hits }
}

function has(text: string, word: string): boolean {
  return text.toLowerCase().includes(word.toLowerCase())
}

/** The part of a text where a word is. */
function around(text: string, at: number): string {
  const start = Math.max(0, at - AROUND)
  const end = Math.min(text.length, at + AROUND)
  const part = text.slice(start, end).toWellFormed()
  return `${start > 0 ? '…' : ''}${part}${end < text.length ? '…' : ''}`
}
