import type { SqlValue } from '@persql/sdk'
import { isItemSql, parseTime, readItem } from '@persql/session-core'
import { sql } from 'kysely'
import { type Database, type Query, read, tablesOf } from './database.ts'
import { decodeItem } from './item-texts.ts'
import { isAt } from './range.ts'
import { type CallSearch, findSessionsByCalls } from './tool-calls.ts'

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
  /** Only sessions with such calls of tools. */
  readonly calls?: CallSearch | undefined
  /** Only sessions with items of an hour or a day: `2026-01-31 23:00`, `2026-01-31`; UTC. */
  readonly at?: string | undefined
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
/** Bytes of an item that is read for its beginning. */
const PREVIEWED = 64_000
/** What is shown of a message that begins with no text. */
const NO_TEXT = 'Image or file'

/** One page of the sessions, each with its number of items. */
export async function listSessions(
  database: Database,
  search: SessionSearch,
  after: Cursor | undefined,
  signal?: AbortSignal,
): Promise<SessionPage> {
  if (!database.sessions) return { rows: [], total: 0, after: undefined }
  const where = sql.join(
    [
      textCondition(database, search),
      await callsCondition(database, search, after !== undefined, signal),
      timeCondition(database, search),
    ],
    sql` and `,
  )
  const queries = [pageOf(database, search.order, where, after), ...(after ? [] : [countOf(database, where)])]
  const [rows = [], counts] = await read(database, queries, signal)
  const last = rows.length > PAGE ? rows[PAGE - 1] : undefined
  const previewOf = database.dialect.items ? toPreview : decodePreview
  return {
    rows: rows.slice(0, PAGE).map(([id, createdAt, updatedAt, , itemCount, preview]) => ({
      id: String(id),
      itemCount: Number(itemCount),
      createdAt: parseTime(createdAt),
      updatedAt: parseTime(updatedAt),
      preview: previewOf(preview),
    })),
    total: counts && Number(counts[0]?.[0]),
    after: last && [last[3] ?? null, last[0] ?? null],
  }
}

// Where many rows are as recent, the id decides, so that pages neither repeat nor leave out a session.
function pageOf(database: Database, order: SessionOrder, where: Query, after: Cursor | undefined): Query {
  const { dialect } = database
  const { sessions, messages } = tablesOf(database)
  const isOldest = order === 'oldest'
  const [direction, beyond] = isOldest ? [sql`asc`, sql`>`] : [sql`desc`, sql`<`]
  const key = after && dialect.typed(after[0], order === 'items' ? 'integer' : 'time')
  const next = after ? sql`(key, session_id) ${beyond} (${key}, ${after[1]})` : sql`true`
  const keyed =
    order === 'items'
      ? sql`select s.session_id, s.created_at, s.updated_at, coalesce(n.items, 0) as key from ${sessions} s
          left join (select session_id, count(*) as items from ${messages} group by session_id) n
            on n.session_id = s.session_id
          where ${where}`
      : sql`select s.session_id, s.created_at, s.updated_at, s.updated_at as key from ${sessions} s where ${where}`
  // Where SQL cannot look into it, the item is read here.
  const beginning = dialect.items
    ? sql.raw(textOf('m.message_data', 200))
    : sql`case when ${dialect.byteLength(sql`m.message_data`)} <= ${sql.lit(PREVIEWED)} then m.message_data end`
  return sql`with keyed as (${keyed}),
      page as (select * from keyed where ${next} order by key ${direction}, session_id ${direction} limit ${sql.lit(PAGE + 1)})
      select session_id, created_at, updated_at, key,
        (select count(*) from ${messages} m where m.session_id = page.session_id),
        (select ${beginning} from ${messages} m where m.session_id = page.session_id order by m.id limit 1)
      from page order by key ${direction}, session_id ${direction}`
}

function countOf(database: Database, where: Query): Query {
  return sql`select count(*) from ${tablesOf(database).sessions} s where ${where}`
}

function textCondition({ dialect }: Database, { text }: SessionSearch): Query {
  if (text === '') return sql`true`
  return sql`lower(s.session_id) like lower(${dialect.typed(pattern(text), 'text')}) escape '\\'`
}

/** What was found for the first page holds for the others, which are pages of the same list. */
let found: { readonly key: string; readonly ids: readonly string[] } | undefined

async function callsCondition(
  database: Database,
  { calls }: SessionSearch,
  isLater: boolean,
  signal?: AbortSignal,
): Promise<Query> {
  if (!calls) return sql`true`
  const key = JSON.stringify([database.slug, calls])
  if (!isLater || found?.key !== key) {
    found = { key, ids: await findSessionsByCalls(database, calls, signal) }
  }
  const { ids } = found
  return ids.length === 0 ? sql`false` : sql`s.session_id in (${sql.join(ids)})`
}

function timeCondition(database: Database, { at }: SessionSearch): Query {
  if (at === undefined) return sql`true`
  const { messages } = tablesOf(database)
  return sql`s.session_id in (select session_id from ${messages} where ${isAt(database, at)})`
}

function pattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`
}

/** SQLite's expression for the beginning of what a message says; null where the row is none. */
export function textOf(data: string, length: number): string {
  return `case when ${isItemSql(data)} then substr(coalesce(
    json_extract(${data}, '$.content[0].text'), json_extract(${data}, '$.content')), 1, ${length}) end`
}

function toPreview(text: SqlValue | undefined): string {
  if (typeof text !== 'string') return ''
  return text.startsWith('[{') ? NO_TEXT : text.replace(/\s+/g, ' ').trim()
}

function decodePreview(data: SqlValue | undefined): string {
  const item = decodeItem(data)
  return item ? messageText(item, 200) : ''
}

/** The beginning of what an item says that is a message. */
export function messageText(item: object, length: number): string {
  const { kind, said } = readItem(item)
  const [first] = said
  if (kind !== 'message' || !first) return ''
  if (first.kind !== 'text') return NO_TEXT
  return first.text.slice(0, length).toWellFormed().replace(/\s+/g, ' ').trim()
}
