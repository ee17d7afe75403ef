import {
  type ItemIdentity,
  identifyFields,
  itemFieldsSql,
  pairResults,
  parseTime,
  turnStarts,
} from '@persql/session-core'
import { type Database, type Rows, read, type SessionTables } from './database.ts'
import { textOf } from './session-list.ts'

/** One row of a session, without its content. */
export interface OutlineRow {
  readonly id: number
  readonly createdAt: Date
  /** Bytes of the item's JSON. */
  readonly size: number
  readonly kind: ItemIdentity['kind'] | 'unreadable'
  readonly type: string
  readonly role: string | undefined
  /** The tool that is called. */
  readonly tool: string | undefined
  /** What a call and its result have in common. */
  readonly link: string | undefined
  /** The beginning of a user's message. */
  readonly text: string
}

/** What the transcript shows as one: an item, or a tool call together with its result. */
export interface Entry {
  readonly row: OutlineRow
  readonly result?: OutlineRow
  /** A result whose call is not there. */
  readonly isOrphan?: true
  /** Number of the turn that begins here, from 1. */
  readonly turn?: number
}

export interface Turn {
  readonly number: number
  readonly entryIndex: number
  readonly text: string
  readonly at: Date
}

export interface Outline {
  readonly entries: readonly Entry[]
  readonly turns: readonly Turn[]
  readonly rows: readonly OutlineRow[]
}

/**
 * Resolves with the rows after one, or with nothing where that row is gone: then the history was rewritten. Of a session
 * that does not exist, there are no rows after 0 either.
 */
export async function readOutline(
  { handle, sessions }: Database,
  sessionId: string,
  after: number,
  signal?: AbortSignal,
): Promise<readonly OutlineRow[] | undefined> {
  if (!sessions) return []
  const [standing = [], rows = []] = await read(handle, outlineOf(sessions, sessionId, after), signal)
  if (after > 0 && standing.length === 0) return undefined
  return rows.map(toOutlineRow)
}

export async function sessionExists(
  { handle, sessions }: Database,
  sessionId: string,
  signal?: AbortSignal,
): Promise<boolean> {
  if (!sessions) return false
  const sql = `select 1 from ${sessions.sessions} where session_id = ?`
  const [rows = []] = await read(handle, [{ sql, params: [sessionId] }], signal)
  return rows.length > 0
}

function outlineOf({ messages }: SessionTables, sessionId: string, after: number) {
  return [
    { sql: `select 1 from ${messages} where session_id = ? and id = ?`, params: [sessionId, after] },
    {
      sql: `select id, created_at, octet_length(message_data), ${itemFieldsSql()},
          case when instr(message_data, '"user"') then ${textOf('message_data', 120)} end
        from ${messages} where session_id = ? and id > ? order by id`,
      params: [sessionId, after],
    },
  ]
}

function toOutlineRow([id, createdAt, size, fields, text]: Rows[number]): OutlineRow {
  const known = typeof fields === 'string' ? identifyFields(fields) : undefined
  return {
    id: Number(id),
    createdAt: parseTime(createdAt),
    size: Number(size),
    kind: known?.kind ?? 'unreadable',
    type: known?.type ?? '',
    role: known?.role,
    tool: known?.tool,
    link: known?.link,
    text: typeof text === 'string' ? text.replace(/\s+/g, ' ').trim() : '',
  }
}

/** The first result of a call goes to it; what has no call stands for itself. */
export function toOutline(rows: readonly OutlineRow[]): Outline {
  const known = rows.map((row) => (row.kind === 'unreadable' ? undefined : row))
  const starts = new Set(turnStarts(known))
  const results = new Map<number, number>()
  const shown = rows.map(({ kind, type, link }) => ({
    kind: kind === 'unreadable' ? 'other' : kind,
    type,
    link,
  }))
  const pairs = pairResults(shown)
  for (const [result, call] of pairs) {
    if (!results.has(call) && !starts.has(result)) results.set(call, result)
  }
  const answers = new Set(results.values())
  const entries: Entry[] = []
  const turns: Turn[] = []
  for (const [place, row] of rows.entries()) {
    if (answers.has(place)) continue
    const startsTurn = starts.has(place)
    if (startsTurn) {
      turns.push({ number: turns.length + 1, entryIndex: entries.length, text: row.text, at: row.createdAt })
    }
    const result = rows[results.get(place) ?? -1]
    const isOrphan = row.kind === 'result' && row.link !== undefined && !pairs.has(place)
    entries.push({
      row,
      ...(result && { result }),
      ...(isOrphan && { isOrphan }),
      ...(startsTurn && { turn: turns.length }),
    })
  }
  return { entries, turns, rows }
}
