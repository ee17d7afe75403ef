import {
  type ItemIdentity,
  identifyFields,
  identifyItem,
  itemFieldsSql,
  pairResults,
  parseTime,
  turnStarts,
} from '@persql/session-core'
import { sql } from 'kysely'
import { type Database, type Query, type Rows, read, tablesOf } from './database.ts'
import { decodeRows } from './item-texts.ts'
import { messageText, textOf } from './session-list.ts'

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
  /** False while only a part of the rows is known: then it is not known either which turn is which. */
  readonly isWhole: boolean
}

/** How many rows are read at once. */
const PART = { first: 400, more: 2000 }

/**
 * Resolves with the rows after one, or with nothing where that row is gone: then the history was rewritten. Of a session
 * that does not exist, there are no rows after 0 either.
 */
export async function readOutline(
  database: Database,
  sessionId: string,
  after: number,
  signal?: AbortSignal,
): Promise<readonly OutlineRow[] | undefined> {
  const part = sql`id > ${database.dialect.typed(after, 'integer')} order by id`
  return readPart(database, sessionId, after, part, signal)
}

/** Some rows of a session, one behind the other. */
export interface OutlinePart {
  readonly rows: readonly OutlineRow[]
  readonly hasOlder: boolean
  readonly hasNewer: boolean
}

/** Some rows around one, also where that one is gone; or the newest. */
export async function readFirstPart(
  database: Database,
  sessionId: string,
  around: number | undefined,
  signal?: AbortSignal,
): Promise<OutlinePart> {
  const limit = around === undefined ? PART.first : PART.first / 2
  const bound = around === undefined ? sql`true` : sql`id <= ${idOf(database, around)}`
  const older = (await readPart(database, sessionId, 0, newestFirst(bound, limit), signal)) ?? []
  const rows = older.toReversed()
  const hasOlder = older.length === limit
  if (around === undefined) return { rows, hasOlder, hasNewer: false }
  const newer = (await readPart(database, sessionId, 0, newerThan(database, around, limit), signal)) ?? []
  return { rows: [...rows, ...newer], hasOlder, hasNewer: newer.length === limit }
}

/**
 * All rows of a session, of which a part is known; the others are read in parts, so that other requests get their turn.
 * Nothing where that part does not stand any more: then the history was rewritten.
 */
export async function readRest(
  database: Database,
  sessionId: string,
  { rows, hasOlder, hasNewer }: OutlinePart,
  signal?: AbortSignal,
): Promise<readonly OutlineRow[] | undefined> {
  const read = async (known: number, partFrom: (id: number) => Query) => {
    const all: OutlineRow[] = []
    for (;;) {
      const part = await readPart(database, sessionId, known, partFrom(all.at(-1)?.id ?? known), signal)
      if (!part) return undefined
      all.push(...part)
      if (part.length < PART.more) return all
    }
  }
  const [first, last] = [rows[0]?.id ?? 0, rows.at(-1)?.id ?? 0]
  const [older, newer] = await Promise.all([
    hasOlder
      ? read(first, (id) => newestFirst(sql`id < ${idOf(database, id)}`, PART.more))
      : ([] as OutlineRow[]),
    hasNewer ? read(last, (id) => newerThan(database, id, PART.more)) : ([] as OutlineRow[]),
  ])
  return older && newer && [...older.reverse(), ...rows, ...newer]
}

function newestFirst(bound: Query, limit: number): Query {
  return sql`${bound} order by session_id desc, id desc limit ${sql.lit(limit)}`
}

function newerThan(database: Database, id: number, limit: number): Query {
  return sql`id > ${idOf(database, id)} order by session_id, id limit ${sql.lit(limit)}`
}

function idOf({ dialect }: Database, id: number): Query {
  return dialect.typed(id, 'integer')
}

/** `known`: the row that must still be there; 0 for none. */
async function readPart(
  database: Database,
  sessionId: string,
  known: number,
  part: Query,
  signal: AbortSignal | undefined,
): Promise<OutlineRow[] | undefined> {
  const { sessions, dialect } = database
  if (!sessions) return []
  const { messages } = tablesOf(database)
  const looked = dialect.items
    ? sql.raw(
        `, ${itemFieldsSql()}, case when instr(message_data, '"user"') then ${textOf('message_data', 120)} end`,
      )
    : sql``
  // Of a session that has many of the rows, PostgreSQL would otherwise pass over those of all others.
  const ofSession = dialect.readsByRange
    ? sql`session_id >= ${sessionId} and session_id <= ${sessionId}`
    : sql`session_id = ${sessionId}`
  const queries = [
    sql`select 1 from ${messages} where session_id = ${sessionId} and id = ${dialect.typed(known, 'integer')}`,
    sql`select id, created_at, ${dialect.byteLength(sql`message_data`)} ${looked}
      from ${messages} where ${ofSession} and ${part}`,
  ]
  const [standing = [], rows = []] = await read(database, queries, signal)
  if (known > 0 && standing.length === 0) return undefined
  return dialect.items ? rows.map(toOutlineRow) : decodeOutline(database, rows, signal)
}

export async function sessionExists(
  database: Database,
  sessionId: string,
  signal?: AbortSignal,
): Promise<boolean> {
  if (!database.sessions) return false
  const query = sql`select 1 from ${tablesOf(database).sessions} where session_id = ${sessionId}`
  const [rows = []] = await read(database, [query], signal)
  return rows.length > 0
}

function toOutlineRow(row: Rows[number]): OutlineRow {
  const [, , , fields, text] = row
  const known = typeof fields === 'string' ? identifyFields(fields) : undefined
  const said = typeof text === 'string' ? text.replace(/\s+/g, ' ').trim() : ''
  return outlineRow(row, known, said)
}

async function decodeOutline(database: Database, rows: Rows, signal?: AbortSignal): Promise<OutlineRow[]> {
  const sized = rows.map(([id, , size]) => ({ id: Number(id), size: Number(size) }))
  const known = await decodeRows(
    database,
    sized,
    (item) => {
      const identity = identifyItem(item)
      return { identity, text: identity.role === 'user' ? messageText(item, 120) : '' }
    },
    signal,
  )
  return rows.map((row) => {
    const { identity, text = '' } = known.get(Number(row[0])) ?? {}
    return outlineRow(row, identity, text)
  })
}

function outlineRow(
  [id, createdAt, size]: Rows[number],
  known: ItemIdentity | undefined,
  text: string,
): OutlineRow {
  return {
    id: Number(id),
    createdAt: parseTime(createdAt),
    size: Number(size),
    kind: known?.kind ?? 'unreadable',
    type: known?.type ?? '',
    role: known?.role,
    tool: known?.tool,
    link: known?.link,
    text,
  }
}

/** The first result of a call goes to it; what has no call stands for itself. `isWhole`: whether these are all rows. */
export function toOutline(rows: readonly OutlineRow[], isWhole = true): Outline {
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
    const startsTurn = isWhole && starts.has(place)
    if (startsTurn) {
      turns.push({ number: turns.length + 1, entryIndex: entries.length, text: row.text, at: row.createdAt })
    }
    const result = rows[results.get(place) ?? -1]
    const isOrphan = isWhole && row.kind === 'result' && row.link !== undefined && !pairs.has(place)
    entries.push({
      row,
      ...(result && { result }),
      ...(isOrphan && { isOrphan }),
      ...(startsTurn && { turn: turns.length }),
    })
  }
  return { entries, turns, rows, isWhole }
}
