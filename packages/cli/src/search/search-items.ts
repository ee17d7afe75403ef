import { jsonCodec } from '@persql/session-core'
import { sql } from 'kysely'
import type { Database } from '../database.ts'
import { readAll, sessionQueries } from '../session-queries.ts'
import { itemTexts } from './item-texts.ts'
import { LIKE_ESCAPE, likePatterns } from './like-patterns.ts'

export interface Match {
  readonly sessionId: string
  readonly row: number
  readonly createdAt: string | null
  /** `user`, `assistant`, …, or the type of an item without a role; `corrupt` for a row that is no item. */
  readonly role: string
  /** The text around the match, on one line. */
  readonly excerpt: string
  /** Where the match is in the excerpt. */
  readonly start: number
  readonly length: number
}

export interface SearchOptions {
  readonly session?: string | undefined
  readonly limit: number
  /** Only rows before this one. */
  readonly before?: number | undefined
}

const CODEC = jsonCodec<unknown>()
const PAGE = 50
const AROUND = 40

/** Items whose texts contain the given one, in whatever case, newest first. Reads the whole table if it must. */
export async function searchItems(
  database: Database,
  text: string,
  { session, limit, before = Number.MAX_SAFE_INTEGER }: SearchOptions,
): Promise<Match[]> {
  const { db, messages } = sessionQueries(database)
  const wanted = text.toLowerCase()
  const patterns = likePatterns(text)
  const matches: Match[] = []
  for (let next = before; ; ) {
    const query = db
      .selectFrom(messages)
      .select(['id', 'session_id', 'created_at', 'message_data'])
      .where('id', '<', next)
      .where(({ or }) =>
        or(patterns.map((pattern) => sql<boolean>`message_data like ${pattern} escape ${LIKE_ESCAPE}`)),
      )
      .$if(session !== undefined, (query) => query.where('session_id', '=', session ?? ''))
      .orderBy('id', 'desc')
      .limit(PAGE)
    const [result] = await readAll(database, [query])
    const rows = result?.rows ?? []
    for (const [id, sessionId, createdAt, data] of rows) {
      const found = findIn(String(data), wanted)
      if (!found) continue
      matches.push({
        sessionId: String(sessionId),
        row: Number(id),
        createdAt: createdAt === null ? null : String(createdAt),
        ...found,
      })
      if (matches.length === limit) return matches
    }
    const last = rows.at(-1)?.[0]
    if (rows.length < PAGE || last === undefined) return matches
    next = Number(last)
  }
}

function findIn(
  data: string,
  wanted: string,
): Pick<Match, 'role' | 'excerpt' | 'start' | 'length'> | undefined {
  const { role, texts } = read(data)
  for (const text of texts) {
    const found = text.toLowerCase().indexOf(wanted)
    if (found >= 0) return { role, ...excerptOf(text, found, wanted.length) }
  }
  return undefined
}

function read(data: string): { role: string; texts: string[] } {
  try {
    const item = CODEC.decode(data)
    const { role, type } = (item ?? {}) as { role?: unknown; type?: unknown }
    return { role: String(role ?? type ?? 'item'), texts: itemTexts(item) }
  } catch {
    return { role: 'corrupt', texts: [data] }
  }
}

function excerptOf(text: string, found: number, length: number) {
  const from = Math.max(0, found - AROUND)
  const to = Math.min(text.length, found + length + AROUND)
  const oneLine = (part: string) => part.replace(/\s+/g, ' ')
  const before = `${from > 0 ? '…' : ''}${oneLine(text.slice(from, found)).trimStart()}`
  const match = oneLine(text.slice(found, found + length))
  const after = `${oneLine(text.slice(found + length, to)).trimEnd()}${to < text.length ? '…' : ''}`
  return { excerpt: (before + match + after).toWellFormed(), start: before.length, length: match.length }
}
