import {
  parseTime,
  readItem,
  type SearchHit,
  searchItems,
  searchTerms,
  toSqlDriver,
} from '@persql/session-core'
import { excerpt } from '../ui/excerpt.ts'
import type { Database } from './database.ts'

/** An item in which something was found. */
export interface FoundItem {
  readonly sessionId: string
  readonly rowId: number
  readonly createdAt: Date
  /** Who says it, or which tool. */
  readonly who: string
  /** The text around the first place. */
  readonly excerpt: string
}

export interface FoundPage {
  readonly items: readonly FoundItem[]
  /** Pass it on to get the next page; absent on the last one. */
  readonly before: number | undefined
}

const FIRST_PAGE = 40
const PAGE = 250
const EXCERPT = { before: 40, length: 220 }

/** Items that hold all words of a text, newest first. */
export async function findItems(
  { handle, tableNames }: Database,
  text: string,
  before: number | undefined,
): Promise<FoundPage> {
  const terms = searchTerms(text)
  if (terms.length === 0 || !tableNames) return { items: [], before: undefined }
  const page = await searchItems(toSqlDriver(handle), terms, {
    ...tableNames,
    createTables: false,
    limit: before === undefined ? FIRST_PAGE : PAGE,
    before,
  })
  return { items: page.hits.map(toFound), before: page.before }
}

/**
 * Calls back with the ids of the rows of a session that hold all words of a text, newest first, as they are found:
 * in pages, between which the browser does other things.
 */
export async function findRows(
  { handle, tableNames }: Database,
  sessionId: string,
  text: string,
  onFound: (rowIds: readonly number[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const terms = searchTerms(text)
  if (terms.length === 0 || !tableNames) return
  let before: number | undefined
  do {
    const options = { ...tableNames, createTables: false, sessionId, limit: PAGE, before }
    const page = await searchItems(toSqlDriver(handle), terms, options)
    if (signal.aborted) return
    onFound(page.hits.map(({ rowId }) => rowId))
    before = page.before
  } while (before !== undefined)
}

function toFound({ sessionId, rowId, createdAt, item, text, start }: SearchHit): FoundItem {
  return {
    sessionId,
    rowId,
    createdAt: parseTime(createdAt),
    who: item === undefined ? 'unreadable' : whoOf(item),
    excerpt: excerpt(text, start, EXCERPT),
  }
}

function whoOf(item: unknown): string {
  const { role, tool, type } = readItem(item)
  return role ?? tool ?? type.replaceAll('_', ' ')
}
