import type { SqlValue } from '@persql/sdk'
import { isItemSql, parseTime } from '@persql/session-core'
import { type Database, read, type SessionTables, type Statement } from './database.ts'

export interface SessionRow {
  readonly id: string
  readonly itemCount: number
  readonly createdAt: Date
  readonly updatedAt: Date
  /** The beginning of what was said first. */
  readonly preview: string
}

export type SessionOrder = 'activity' | 'oldest' | 'items'

export interface SessionSearch {
  /** Empty for all. */
  readonly text: string
  /** Whether the text is looked for in the items and not in the ids. The list takes no notice of it. */
  readonly inItems: boolean
  readonly order: SessionOrder
}

export interface SessionPage {
  readonly rows: readonly SessionRow[]
  /** Of the search; known from the first page. */
  readonly total: number | undefined
  /** Pass it on to get the next page. */
  readonly after: Cursor | undefined
}

type Cursor = readonly [key: SqlValue, id: SqlValue]

const PAGE = 60

/** One page of the sessions, each with its number of items. */
export async function listSessions(
  { handle, sessions }: Database,
  search: SessionSearch,
  after: Cursor | undefined,
  signal?: AbortSignal,
): Promise<SessionPage> {
  if (!sessions) return { rows: [], total: 0, after: undefined }
  const statements = [pageOf(sessions, search, after), ...(after ? [] : [countOf(sessions, search)])]
  const [rows = [], counts] = await read(handle, statements, signal)
  const last = rows.length > PAGE ? rows[PAGE - 1] : undefined
  return {
    rows: rows.slice(0, PAGE).map(([id, createdAt, updatedAt, , itemCount, preview]) => ({
      id: String(id),
      itemCount: Number(itemCount),
      createdAt: parseTime(createdAt),
      updatedAt: parseTime(updatedAt),
      preview: toPreview(preview),
    })),
    total: counts && Number(counts[0]?.[0]),
    after: last && [last[3] ?? null, last[0] ?? null],
  }
}

// Where many rows are as recent, the id decides, so that pages neither repeat nor leave out a session.
function pageOf(tables: SessionTables, search: SessionSearch, after: Cursor | undefined): Statement {
  const { sessions, messages } = tables
  const { where, params } = conditionOf(search)
  const isOldest = search.order === 'oldest'
  const [direction, beyond] = isOldest ? ['asc', '>'] : ['desc', '<']
  const next = after ? `(key, session_id) ${beyond} (?, ?)` : 'true'
  const keyed =
    search.order === 'items'
      ? `select s.session_id, s.created_at, s.updated_at, count(m.session_id) as key
           from ${sessions} s left join ${messages} m on m.session_id = s.session_id
          where ${where} group by s.session_id`
      : `select s.session_id, s.created_at, s.updated_at, s.updated_at as key from ${sessions} s where ${where}`
  return {
    sql: `with keyed as (${keyed}),
      page as (select * from keyed where ${next} order by key ${direction}, session_id ${direction} limit ${PAGE + 1})
      select session_id, created_at, updated_at, key,
        (select count(*) from ${messages} m where m.session_id = page.session_id),
        (select ${textOf('m.message_data', 200)} from ${messages} m where m.session_id = page.session_id order by m.id limit 1)
      from page order by key ${direction}, session_id ${direction}`,
    params: [...params, ...(after ?? [])],
  }
}

function countOf(tables: SessionTables, search: SessionSearch): Statement {
  const { where, params } = conditionOf(search)
  return { sql: `select count(*) from ${tables.sessions} s where ${where}`, params }
}

function conditionOf({ text }: SessionSearch) {
  if (text === '') return { where: 'true', params: [] }
  return { where: "s.session_id like ? escape '\\'", params: [pattern(text)] }
}

function pattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`
}

/** SQL of the beginning of what a message says; null where the row is none. */
export function textOf(data: string, length: number): string {
  return `case when ${isItemSql(data)} then substr(coalesce(
    json_extract(${data}, '$.content[0].text'), json_extract(${data}, '$.content')), 1, ${length}) end`
}

function toPreview(text: SqlValue | undefined): string {
  if (typeof text !== 'string') return ''
  return text.startsWith('[{') ? 'Image or file' : text.replace(/\s+/g, ' ').trim()
}
