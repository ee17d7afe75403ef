import type { SqlDriver, SqlResult } from '../driver/sql-driver.ts'
import { isStorageError, StorageError } from '../driver/storage-error.ts'
import { checkSessionId } from '../sessions/check-id.ts'
import { checkLimit } from '../sessions/check-limit.ts'
import { toNumber } from '../sessions/history-reader.ts'
import { SessionBatches } from '../sessions/session-batches.ts'
import type { SessionCatalogOptions } from '../sessions/session-catalog.ts'
import { foldText, unfoldRange } from './fold-text.ts'
import { readRow } from './read-row.ts'
import { SearchQuery, type SearchScope } from './search-query.ts'

export interface SearchOptions extends SessionCatalogOptions {
  /** Only in this session. */
  readonly sessionId?: string | undefined
  /** Default: 20. */
  readonly limit?: number | undefined
  /** Only rows before this one. */
  readonly before?: number | undefined
}

export interface SearchHit {
  readonly sessionId: string
  readonly rowId: number
  /** As it is stored. */
  readonly createdAt: string | null
  /** Absent where the row is corrupt; then its text was searched as it is. */
  readonly item?: unknown
  /** The text of the item in which the first of the wanted ones is, and where it is there, in whole characters. */
  readonly text: string
  readonly start: number
  readonly end: number
}

export interface SearchPage {
  readonly hits: SearchHit[]
  /** Pass it as `before` to get the next page; absent on the last one. */
  readonly before?: number
}

const CANDIDATES_PER_BATCH = { min: 50, max: 250 }

/**
 * Items whose texts contain all the given ones, newest first: what was said, names of tools, their arguments and
 * results, however their JSON is written. Texts are compared as {@link foldText} leaves them, so neither case counts nor
 * accents, nor how Unicode composes a character, nor its width. The engine reads the whole table if it must, and narrows
 * the rows down to those that may match; where `indexItems` has made an index, a search over all sessions asks it for
 * the rows beyond the newest ones, and reads what is not indexed yet. The hits are the same ones. They are decoded here,
 * as many rows in a batch as hits are wanted, but 50 to 250, or fewer where the database refuses the answer as too large.
 */
export async function searchItems(
  driver: SqlDriver,
  texts: readonly string[],
  options: SearchOptions = {},
): Promise<SearchPage> {
  const wanted = texts.map(foldText)
  if (texts.length === 0 || texts.includes('')) {
    throw new StorageError('INVALID_ARGUMENT', 'There must be texts to search for, and none may be empty.')
  }
  const limit = checkLimit('limit', options.limit ?? 20)
  if (options.before !== undefined) checkLimit('before', options.before)
  const { sessionId } = options
  if (sessionId !== undefined) checkSessionId(sessionId)
  if (limit === 0) throw new StorageError('INVALID_ARGUMENT', 'limit must be at least 1.')
  const batches = new SessionBatches(driver, options)
  const query = new SearchQuery(batches, wanted, sessionId)
  const hits: SearchHit[] = []
  // Of characters that do not count, nothing is left.
  if (wanted.includes('')) return { hits }
  const { min, max } = CANDIDATES_PER_BATCH
  let atOnce = Math.min(Math.max(limit + 1, min), max)
  let scope: SearchScope = query.canUseIndex ? 'recent' : 'all'
  for (let { before } = options; ; ) {
    let results: readonly SqlResult[]
    try {
      results = await batches.run(query.statements(scope, atOnce, before), {
        readOnly: true,
        sessions: sessionId === undefined ? [] : [sessionId],
      })
    } catch (error) {
      if (atOnce > 1 && isStorageError(error, 'TOO_LARGE')) atOnce = Math.ceil(atOnce / 4)
      // An index that cannot be used costs time alone: without FTS5, say, or without the right to it or to look for it.
      else if (scope === 'indexed' || (scope === 'recent' && isStorageError(error, 'READ_ONLY')))
        scope = 'all'
      else throw error
      continue
    }
    const [found, present, oldest] = results
    const hasIndex = present !== undefined && present.rows.length > 0
    if (scope === 'indexed' && !hasIndex) {
      scope = 'all'
      continue
    }
    const rows = found?.rows ?? []
    for (const row of rows) {
      const hit = toHit(row, wanted)
      if (!hit) continue
      const last = hits.at(-1)
      if (last && hits.length === limit) return { hits, before: last.rowId }
      hits.push(hit)
    }
    const last = rows.at(-1)
    if (last && rows.length >= atOnce) {
      before = toNumber(last[0])
    } else {
      const recent = scope === 'recent' ? oldest?.rows[0]?.[0] : null
      if (recent === null || recent === undefined) return { hits }
      before = toNumber(recent)
      scope = hasIndex ? 'indexed' : 'all'
    }
  }
}

function toHit(
  [id, sessionId, createdAt, data]: SqlResult['rows'][number],
  wanted: readonly string[],
): SearchHit | undefined {
  const { texts, ...read } = readRow(data ?? null)
  const places = wanted.map((one) => findIn(texts, one))
  const [first] = places
  if (!first || places.includes(undefined)) return undefined
  return {
    sessionId: String(sessionId),
    rowId: toNumber(id),
    createdAt: createdAt === null ? null : String(createdAt),
    ...read,
    ...first,
  }
}

function findIn(
  texts: readonly string[],
  wanted: string,
): Pick<SearchHit, 'text' | 'start' | 'end'> | undefined {
  for (const text of texts) {
    const folded = foldText(text)
    const start = folded.indexOf(wanted)
    if (start < 0) continue
    const end = start + wanted.length
    return { text, ...(folded === text.toLowerCase() ? { start, end } : unfoldRange(text, start, end)) }
  }
  return undefined
}
