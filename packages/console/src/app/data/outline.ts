import type { SqlValue } from '@persql/sdk'
import { parseTime } from '@persql/session-core'
import { type Database, type Rows, read, type SessionTables } from './database.ts'
import { textOf } from './session-list.ts'

type EntryKind = 'message' | 'tool' | 'result' | 'other' | 'unreadable'

/** One row of a session, without its content. */
export interface OutlineRow {
  readonly id: number
  readonly createdAt: Date
  /** Bytes of the item's JSON. */
  readonly size: number
  readonly kind: EntryKind
  readonly type: string
  readonly role: string
  readonly callId: string | undefined
  readonly name: string
  /** The beginning of a user's message. */
  readonly text: string
}

/** What the transcript shows as one: an item, or a tool call together with its result. */
export interface Entry {
  readonly row: OutlineRow
  readonly result?: OutlineRow
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

/** Resolves with the rows after one, or with nothing where that row is gone: then the history was rewritten. */
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

function outlineOf({ messages }: SessionTables, sessionId: string, after: number) {
  const isJson = "typeof(message_data) = 'text' and json_valid(message_data)"
  const paths = ['type', 'role', 'callId', 'call_id', 'name'].map((name) => `'$.${name}'`).join(', ')
  return [
    { sql: `select 1 from ${messages} where session_id = ? and id = ?`, params: [sessionId, after] },
    {
      sql: `select id, created_at, octet_length(message_data),
          case when ${isJson} then json_extract(message_data, ${paths}) end,
          case when instr(message_data, '"user"') then ${textOf('m', 120)} end
        from ${messages} m where session_id = ? and id > ? order by id`,
      params: [sessionId, after],
    },
  ]
}

function toOutlineRow([id, createdAt, size, fields, text]: Rows[number]): OutlineRow {
  const [type, role, callId, otherCallId, name] = parseFields(fields)
  const isReadable = typeof fields === 'string'
  return {
    id: Number(id),
    createdAt: parseTime(createdAt),
    size: Number(size),
    type: asText(type),
    role: asText(role),
    callId: asText(callId) || asText(otherCallId) || undefined,
    name: asText(name),
    kind: isReadable ? kindOf(asText(type), asText(role)) : 'unreadable',
    text: typeof text === 'string' ? text.replace(/\s+/g, ' ').trim() : '',
  }
}

function parseFields(fields: SqlValue | undefined): unknown[] {
  return typeof fields === 'string' ? JSON.parse(fields) : []
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Both SDKs, whose names of types differ a little. */
function kindOf(type: string, role: string): EntryKind {
  if (type === 'message' || (type === '' && role !== '')) return 'message'
  if (/_(result|output)$/.test(type)) return 'result'
  if (/_call$/.test(type) || type === 'program' || type === 'mcp_approval_request') return 'tool'
  return 'other'
}

/** Results go to their calls; what has no call stands for itself. */
export function toOutline(rows: readonly OutlineRow[]): Outline {
  const calls = new Set(rows.flatMap(({ kind, callId }) => (kind === 'tool' && callId ? [callId] : [])))
  const results = new Map(
    rows.flatMap((row) => (row.kind === 'result' && row.callId ? [[row.callId, row] as const] : [])),
  )
  const entries: Entry[] = []
  const turns: Turn[] = []
  let previous: OutlineRow | undefined
  for (const row of rows) {
    if (row.kind === 'result' && row.callId && calls.has(row.callId)) continue
    const startsTurn = row.role === 'user' && previous?.role !== 'user'
    const result = row.kind === 'tool' && row.callId ? results.get(row.callId) : undefined
    if (startsTurn) {
      turns.push({ number: turns.length + 1, entryIndex: entries.length, text: row.text, at: row.createdAt })
    }
    entries.push({ row, ...(result && { result }), ...(startsTurn && { turn: turns.length }) })
    previous = row
  }
  return { entries, turns, rows }
}
