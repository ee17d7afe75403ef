import type { PerSQLDatabase } from '@persql/sdk'
import { type SessionTableNames, toSqlDriver } from '@persql/session-core'
import { tablesOf, withoutTables } from './sessions.ts'
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

/**
 * The newest items that hold all the words. The words are looked for in the texts inside an item, so that it does
 * not matter how its JSON is written; where a word has only ASCII letters and digits, the row itself is asked first.
 */
export async function searchSessions(
  handle: PerSQLDatabase,
  names: SessionTableNames,
  { text, sessionId, limit, before }: Search,
): Promise<Found> {
  const words = text.split(/\s+/).filter((word) => word !== '')
  if (words.length === 0) throw new ToolRefusal('The text has no words to look for.')
  if (words.length > WORDS) throw new ToolRefusal(`Search for at most ${WORDS} words at once.`)
  const patterns = words.map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`)
  const plain = patterns.filter((_, index) => /^[A-Za-z0-9]+$/.test(words[index]!))
  const conditions = [
    ...(sessionId === undefined ? [] : ['session_id = ?']),
    ...(before === undefined ? [] : ['id < ?']),
    ...plain.map(() => `message_data like ? escape '\\'`),
    `case when json_valid(message_data) then ${patterns
      .map(
        () =>
          `exists (select 1 from json_tree(message_data) where type = 'text' and value like ? escape '\\')`,
      )
      .join(' and ')} else 0 end`,
  ]
  const sql = `select id, session_id, created_at, message_data from ${quote(tablesOf(names).messagesTable)}
    where ${conditions.join(' and ')} order by id desc limit ?`
  const params = [
    ...(sessionId === undefined ? [] : [sessionId]),
    ...(before === undefined ? [] : [before]),
    ...plain,
    ...patterns,
    limit + 1,
  ]
  const searching = toSqlDriver(handle).batch([{ sql, params }], { readOnly: true })
  const [result] = await withoutTables(searching, [])
  const rows = result?.rows ?? []
  const hits = rows.slice(0, limit).map(([row, session, time, data]) => {
    const at = new Date(`${String(time).replace(' ', 'T')}Z`)
    const found = toEntry(Number(row), at, JSON.parse(String(data)))
    return { sessionId: String(session), ...found, text: around(found.text, words[0]!) }
  })
  const last = hits.at(-1)
  return rows.length > limit && last ? { hits, before: last.row } : { hits }
}

/** The part of a text where a word is. */
function around(text: string, word: string): string {
  if (text.length <= 2 * AROUND) return text
  const at = Math.max(0, text.toLowerCase().indexOf(word.toLowerCase()))
  const start = Math.max(0, at - AROUND)
  const end = Math.min(text.length, at + AROUND)
  return `${start > 0 ? '…' : ''}${text.slice(start, end)}${end < text.length ? '…' : ''}`
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
