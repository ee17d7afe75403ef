import { checkCount, checkOneOf, checkText, checkTime, optional } from './check.ts'
import type { ContextSchema } from './context-schema.ts'
import type { RecallOptions } from './context-store.ts'
import { indexOf, matchesOfTerms, matchOfExpression } from './fts-match.ts'
import { MEMORY_TYPES, type MemoryHit, type MemoryKind } from './memory.ts'
import type { ResolvedRanking } from './ranking.ts'
import { parseQuery, type RecallQuery } from './recall-query.ts'
import { type RecalledRow, type RecallParams, recallStatement, type Search } from './recall-statements.ts'
import { scanRows } from './scan-rows.ts'

const KINDS: readonly MemoryKind[] = ['fact', 'episode']

/** Without a limit, as SQLite has it. */
const ALL = -1

interface Matches extends Pick<RecallParams, 'fts' | 'chars' | 'expression'> {
  readonly search: Search
}

const NEWEST: Matches = { search: 'newest', fts: '', chars: '', expression: '' }

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

/** Recalls by text, or the newest where the text is blank. One batch. */
export async function recallByText(
  schema: ContextSchema,
  ranking: ResolvedRanking,
  now: number,
  text: string,
  { limit, kinds, filters }: ResolvedRecall,
): Promise<MemoryHit[]> {
  const query = checkText('text', text).trim() === '' ? undefined : parseQuery(text)
  const matches = query ? toMatches(query) : NEWEST
  if (limit === 0 || kinds.length === 0 || !matches) return []

  let scanned = false
  const results = await schema.runChosen(
    (hasTextIndex) => {
      scanned = query !== undefined && !hasTextIndex
      const { search, ...texts } = scanned ? NEWEST : matches
      return kinds.map((kind) =>
        recallStatement(
          kind,
          search,
        )({
          ...filters,
          ...texts,
          ids: '',
          now,
          recency: ranking.recency,
          halfLife: ranking.halfLife,
          weight: ranking.kinds[kind],
          limit: scanned ? ALL : limit,
        }),
      )
    },
    { readOnly: true },
  )
  const total = results.reduce((sum, { rows }) => sum + rows.length, 0)
  const hits = results.flatMap(({ rows }, index) => {
    const found = rows as unknown as RecalledRow[]
    const ranked = scanned ? scanRows(query!, found, total, ranking, kinds[index]!, now) : found
    return ranked.map((row) => toHit(kinds[index]!, row))
  })
  return hits.sort(byScore).slice(0, limit)
}

/** Undefined where the query has no words. */
function toMatches({ expression, terms }: RecallQuery): Matches | undefined {
  if (terms.length === 0) return undefined
  const indexes = new Set(terms.map(indexOf))
  // Words can be in texts with such characters as well; `NOT` may be about either.
  const index = indexes.size > 1 || (expression && indexes.has('chars')) ? 'both' : indexOf(terms[0]!)
  return {
    search: `${expression ? 'expression' : 'terms'} in ${index}`,
    fts: matchesOfTerms(terms, 'fts'),
    chars: matchesOfTerms(terms, 'chars'),
    expression: expression ? matchOfExpression(expression) : '',
  }
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
    ...{ kind, id, name, description, type, body, outcome, sessionId, runId, source },
    createdAt: new Date(created),
    updatedAt: new Date(updated),
    score,
    table: kind === 'fact' ? 'ctx_memory' : 'ctx_episode',
    rowId,
  }
}

export function byScore(a: MemoryHit, b: MemoryHit): number {
  return b.score - a.score || b.updatedAt.getTime() - a.updatedAt.getTime()
}
