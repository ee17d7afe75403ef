import { compileStatement, param, type SqlStatement, type SqlValue } from '@persql/session-core'
import { type RawBuilder, sql } from 'kysely'
import { compilable } from '../dialects/compilable.ts'
import type { MemoryDialect } from '../dialects/memory-dialect.ts'
import { perDialect } from '../dialects/per-dialect.ts'
import { EPISODE, MEMORY } from '../layout/text-index.ts'
import type { MemoryKind } from '../memory.ts'

/** What is searched for. */
export type Search = 'terms' | 'expression' | 'newest' | 'ids'

export interface RecallParams extends Record<string, SqlValue> {
  /** A JSON array of `[query, weight]`, with the query of the beginning where there is one, as the index takes queries. */
  terms: string
  /** The query of an expression that rows must fit. */
  expression: string
  /** A JSON array. */
  ids: string
  type: string | null
  since: number | null
  until: number | null
  now: number
  recency: number
  halfLife: number
  weight: number
  limit: number
}

/**
 * The statements that recall one kind, best first, which docs/memory-recall.md explains. Their columns are those of
 * {@link RecalledRow}.
 */
export const recallStatements = perDialect((dialect) => {
  const compiled = new Map<string, (params: RecallParams) => SqlStatement>()
  return (kind: MemoryKind, search: Search): ((params: RecallParams) => SqlStatement) => {
    const key = `${kind} ${search}`
    const known =
      compiled.get(key) ??
      compileStatement<RecallParams>(compilable(recall(dialect, kind, search), dialect.name))
    compiled.set(key, known)
    return known
  }
})

export type RecalledRow = readonly [
  ...identity: readonly [id: string, name: string, description: string, type: string, body: string],
  ...origin: readonly [
    outcome: string | null,
    sessionId: string | null,
    runId: string | null,
    source: string | null,
  ],
  ...times: readonly [createdAt: number, updatedAt: number],
  rowId: number,
  score: number,
]

function recall(dialect: MemoryDialect, kind: MemoryKind, search: Search): RawBuilder<unknown> {
  const { columns, from, id, time, rowId, type } = kind === 'fact' ? FACT : EPISODE_SOURCE
  const text = (name: string) => dialect.typed(param(name), 'text')
  const whole = (name: string) => dialect.typed(param(name), 'integer')
  const real = (name: string) => dialect.typed(param(name), 'real')

  // Not the parameter alone: SQLite plans a join anew for each value that is bound to a LIMIT.
  const limit = dialect.atMost(sql`${whole('limit')} + 0`)
  const isUnfiltered = sql`coalesce(${text('type')}, ${text('since')}, ${text('until')}) is null`
  const filters = sql`(${text('type')} is null or ${type} = ${text('type')})
    and (${whole('since')} is null or ${time} >= ${whole('since')})
    and (${whole('until')} is null or ${time} < ${whole('until')})`
  if (search === 'newest' || search === 'ids') {
    const chosen =
      search === 'ids' ? sql`${id} in (select value from ${dialect.texts(param('ids'))}) and` : sql``
    return sql`select ${columns}, ${dialect.typed(sql`0.0`, 'real')} as score from ${from} where ${chosen} ${filters} order by ${time} desc, ${rowId} desc limit ${limit}`
  }

  const indexed = kind === 'fact' ? MEMORY : EPISODE
  // How many of the most relevant rows are looked up and weighed, unless there is a filter to be looked up as well.
  const candidates = dialect.atMost(sql`case
  when ${isUnfiltered} then ${dialect.greatest(sql`200`, sql`10 * ${whole('limit')}`)}
  else -1 end`)
  // The relevance from which its time may bring a row among those that are wanted; the rest need not be looked up.
  const leastRelevance = sql`case
  when ${isUnfiltered}
    then coalesce((select relevance from found order by relevance desc limit 1 offset ${whole('limit')} - 1), 0)
  else 0 end`
  const age = dialect.greatest(sql`0`, sql`${whole('now')} - ${time}`)
  const score = sql`relevance * ${real('weight')} * (1 + ${real('recency')} * ${real('halfLife')} / (${real('halfLife')} + ${age}))`
  return sql`with ${dialect.textIndex.hits(indexed, search)},
    found(id, relevance) as materialized (
      select id, sum(relevance) as relevance from hit group by id order by relevance desc, id desc limit ${candidates}
    )
    select ${columns}, ${score} as score
    from found join ${from} on ${rowId} = found.id
    where relevance * (1 + ${real('recency')}) >= ${leastRelevance}
    and ${filters} order by score desc, ${time} desc, ${rowId} desc limit ${limit}`
}

// Not a join, because SQLite computes a column only for rows that are among the first so far.
const ORIGIN = sql`(select session_id from ctx_origin where memory_id = m.id)`

// Each column has a name of its own, because D1 answers with objects.
const FACT = {
  columns: sql`m.id, m.name, m.description, m.type, m.body, null as outcome, ${ORIGIN} as session_id, null as run_id, m.source, m.created_at, m.updated_at, m.rowid as row`,
  from: sql`ctx_memory as m`,
  id: sql`m.id`,
  time: sql`m.updated_at`,
  rowId: sql`m.rowid`,
  type: sql`m.type`,
}

const EPISODE_SOURCE = {
  columns: sql`e.id, e.id as name, e.title as description, 'episode' as type, e.body, e.outcome, e.session_id, e.run_id, e.source, e.happened_at as created_at, e.happened_at as updated_at, e.row`,
  from: sql`ctx_episode as e`,
  id: sql`e.id`,
  time: sql`e.happened_at`,
  rowId: sql`e.row`,
  type: sql`'episode'`,
}
