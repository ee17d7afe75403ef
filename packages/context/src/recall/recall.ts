import { isStorageError } from '@persql/session-core'
import { checkCount, checkTime } from '../arguments/check-number.ts'
import { checkOneOf } from '../arguments/check-text.ts'
import { optional } from '../arguments/optional.ts'
import type { Matches, TextIndex } from '../dialects/memory-dialect.ts'
import { hasUnindexed, indexUnindexed } from '../layout/index-unindexed.ts'
import type { MemoryBatches } from '../layout/memory-batches.ts'
import { MEMORY_TYPES, type MemoryHit, type MemoryKind } from '../memory.ts'
import type { RecallOptions } from '../memory-store.ts'
import type { ResolvedRanking } from './ranking.ts'
import { parseQuery, type RecallQuery } from './recall-query.ts'
import { type RecalledRow, type RecallParams, recallStatements, type Search } from './recall-statements.ts'
import { scanRows } from './scan-rows.ts'

const KINDS: readonly MemoryKind[] = ['fact', 'episode']

/** The limit that stands for none. */
const ALL = -1

interface Searched extends Matches {
  readonly search: Search
}

const NEWEST: Searched = { search: 'newest', terms: '', expression: '' }

/** Options of a recall, checked. */
export interface ResolvedRecall {
  readonly limit: number
  readonly kinds: readonly MemoryKind[]
  readonly filters: Pick<RecallParams, 'type' | 'since' | 'until'>
}

export function resolveRecall(options: RecallOptions = {}): ResolvedRecall {
  const type = optional(options.type, (value) => checkOneOf('type', MEMORY_TYPES, value))
  const kinds = (options.kinds ?? KINDS).map((kind) => checkOneOf('kind', KINDS, kind))
  return {
    limit: checkCount('limit', options.limit ?? 10),
    kinds: KINDS.filter((kind) => kinds.includes(kind) && !(type && kind === 'episode')),
    filters: {
      type,
      since: optional(options.since, (value) => checkTime('since', value)),
      until: optional(options.until, (value) => checkTime('until', value)),
    },
  }
}

/**
 * Recalls by text, or the newest where the text is blank. One batch, unless there are rows that are not indexed yet.
 */
export async function recallByText(
  batches: MemoryBatches,
  ranking: ResolvedRanking,
  now: number,
  text: string,
  { limit, kinds, filters }: ResolvedRecall,
): Promise<MemoryHit[]> {
  const query = text.trim() === '' ? undefined : parseQuery(text)
  const matches = query ? toSearched(query, batches.dialect.textIndex) : NEWEST
  if (limit === 0 || kinds.length === 0 || !matches) return []

  const statementsFor = ({ search, ...texts }: Searched, rows: number) =>
    kinds.map((kind) =>
      recallStatements(batches.dialect)(kind, search)({
        ...filters,
        ...texts,
        ids: '',
        now,
        recency: ranking.recency,
        halfLife: ranking.halfLife,
        weight: ranking.kinds[kind],
        limit: rows,
      }),
    )
  const { beforeSearch } = batches.dialect.textIndex
  let scanned = false
  const run = (mayUseIndex: boolean) =>
    batches.runFor(
      (hasTextIndex) => {
        scanned = query !== undefined && !(hasTextIndex && mayUseIndex)
        if (scanned) return statementsFor(NEWEST, ALL)
        const statements = statementsFor(matches, limit)
        return query ? [...beforeSearch, ...statements, hasUnindexed] : statements
      },
      { readOnly: true },
    )

  let results = await run(true)
  if (query && !scanned && results.pop()?.rows[0]?.[0] === 1) {
    results = await run(await mayIndex(batches))
    if (!scanned) results.pop()
  }
  if (query && !scanned) results = results.slice(beforeSearch.length)
  const total = results.reduce((sum, { rows }) => sum + rows.length, 0)
  const hits = results.flatMap(({ rows }, index) => {
    const found = rows as unknown as RecalledRow[]
    const ranked = scanned ? scanRows(query!, found, total, ranking, kinds[index]!, now) : found
    return ranked.map((row) => toHit(kinds[index]!, row))
  })
  return hits.sort(byScore).slice(0, limit)
}

/** Indexes what is not indexed yet. False where nothing may be written. */
async function mayIndex(batches: MemoryBatches): Promise<boolean> {
  try {
    await indexUnindexed(batches)
    return true
  } catch (error) {
    if (isStorageError(error, 'READ_ONLY')) return false
    throw error
  }
}

/** Undefined where the query has no words. */
function toSearched(query: RecallQuery, { matches }: TextIndex): Searched | undefined {
  if (query.terms.length === 0) return undefined
  return { search: query.expression ? 'expression' : 'terms', ...matches(query) }
}

export function toHit(kind: MemoryKind, row: RecalledRow): MemoryHit {
  const [
    id,
    name,
    description,
    type,
    body,
    outcome,
    sessionId,
    runId,
    source,
    created,
    updated,
    rowId,
    score,
  ] = row
  return {
    kind,
    id,
    name,
    description,
    type,
    body,
    outcome,
    sessionId,
    runId,
    source,
    createdAt: new Date(created),
    updatedAt: new Date(updated),
    score: Number(score),
    table: kind === 'fact' ? 'ctx_memory' : 'ctx_episode',
    rowId,
  }
}

export function byScore(a: MemoryHit, b: MemoryHit): number {
  return b.score - a.score || b.updatedAt.getTime() - a.updatedAt.getTime()
}
