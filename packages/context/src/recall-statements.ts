import { compileStatement, param, type SqlStatement, type SqlValue } from '@persql/session-core'
import { type RawBuilder, sql } from 'kysely'
import { compilable } from './context-statements.ts'
import type { IndexKind } from './fts-match.ts'
import type { MemoryKind } from './memory.ts'
import { EPISODE, type IndexedTable, MEMORY } from './text-index.ts'

/**
 * Words are taken from the rarest on, as long as the rows that have them are no more than these. The others are
 * frequent words: they choose only rows that have all of them, at most this many, the newest first. So the time of a
 * recall does not grow with the number of memories.
 */
const MAX_RANKED = 2500

/** In the order of the columns of the index. A word counts more in a name than in a body. */
const WEIGHTS = { ctx_memory: [3, 2, 1], ctx_episode: [2, 1] } as const

/** Of which indexes, and whether with one expression or with terms. */
export type Search = IndexKind | 'fts and chars' | `expression in ${IndexKind}` | 'rows' | 'newest'

export interface RecallParams extends Record<string, SqlValue> {
  /** JSON arrays of MATCHes for single terms, or one MATCH for an expression. */
  fts: string
  chars: string
  type: string | null
  since: number | null
  until: number | null
  now: number
  recency: number
  halfLife: number
  weight: number
  limit: number
}

const compiled = new Map<string, (params: RecallParams) => SqlStatement>()

/** The statement that recalls one kind, best first. Its columns are those of {@link RecalledRow}. */
export function recallStatement(kind: MemoryKind, search: Search): (params: RecallParams) => SqlStatement {
  const key = `${kind} ${search}`
  const known = compiled.get(key) ?? compileStatement<RecallParams>(compilable(recall(kind, search)))
  compiled.set(key, known)
  return known
}

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

function recall(kind: MemoryKind, search: Search): RawBuilder<unknown> {
  const { columns, from, time, rowId, type } = kind === 'fact' ? FACT : EPISODE_SOURCE
  const filters = sql`(${param('type')} is null or ${type} = ${param('type')})
    and (${param('since')} is null or ${time} >= ${param('since')})
    and (${param('until')} is null or ${time} < ${param('until')})`
  if (search === 'newest' || search === 'rows') {
    return sql`select ${columns}, 0.0 as score from ${from} where ${filters} order by ${time} desc, ${rowId} desc limit ${param('limit')}`
  }
  const indexed = kind === 'fact' ? MEMORY : EPISODE
  const score = sql`relevance * ${param('weight')} * (1 + ${param('recency')} * ${param('halfLife')} / (${param('halfLife')} + max(0, ${param('now')} - ${time})))`
  return sql`with ${hits(indexed, search)}
    select ${columns}, ${score} as score
    from (select id, sum(relevance) as relevance from hit group by id) as found join ${from} on ${rowId} = found.id
    where ${filters} order by score desc, ${time} desc, ${rowId} desc limit ${param('limit')}`
}

const FACT = {
  columns: sql`m.id, m.name, m.description, m.type, m.body, null, o.session_id, null, m.source, m.created_at, m.updated_at, m.rowid`,
  from: sql`ctx_memory as m left join ctx_origin as o on o.memory_id = m.id`,
  time: sql`m.updated_at`,
  rowId: sql`m.rowid`,
  type: sql`m.type`,
}

const EPISODE_SOURCE = {
  columns: sql`e.id, e.id, e.title, 'episode', e.body, e.outcome, e.session_id, e.run_id, e.source, e.happened_at, e.happened_at, e.row`,
  from: sql`ctx_episode as e`,
  time: sql`e.happened_at`,
  rowId: sql`e.row`,
  type: sql`'episode'`,
}

/** The table expressions that end in `hit(id, relevance)`. */
function hits(indexed: IndexedTable, search: Exclude<Search, 'rows' | 'newest'>): RawBuilder<unknown> {
  if (search === 'expression in fts' || search === 'expression in chars') {
    const index = search === 'expression in fts' ? 'fts' : 'chars'
    const { table, relevance } = textIndex(indexed, index)
    return sql`hit(id, relevance) as (select rowid, ${relevance} from ${table} where ${table} match ${param(index)})`
  }
  if (search === 'fts and chars') {
    return sql`${termHits(indexed, 'fts')}, ${termHits(indexed, 'chars')},
      hit as (select * from fts_hit union all select * from chars_hit)`
  }
  return sql`${termHits(indexed, search)}, hit as (select * from ${sql.table(`${search}_hit`)})`
}

function termHits(indexed: IndexedTable, index: IndexKind): RawBuilder<unknown> {
  const { table, relevance } = textIndex(indexed, index)
  const [term, ranked, hit] = [sql.table(`${index}_term`), sql.table(`${index}_ranked`), sql.table(`${index}_hit`)]
  const maximum = sql.lit(MAX_RANKED)
  const some = (separator: string, condition: RawBuilder<unknown>) =>
    sql`coalesce((select group_concat(match, ${sql.lit(separator)}) from ${ranked} where ${condition}), '""')`
  const rare = sql`total <= ${maximum}`
  const frequent = sql`total > ${maximum}`
  return sql`${term}(position, match, rows) as materialized (
      select key, value, (
        select count(*) from (select 1 from ${table} where ${table} match value limit ${sql.lit(MAX_RANKED + 1)})
      ) from json_each(${param(index)})
    ),
    ${ranked}(match, total) as materialized (
      select match, sum(rows) over (order by rows, position) from ${term} where rows > 0
    ),
    ${hit}(id, relevance) as (
      select rowid, ${relevance} from ${table} where ${table} match ${some(' OR ', rare)}
      union all
      select * from (
        select rowid, (select count(*) from ${ranked} where ${frequent}) from ${table}
        where ${table} match ${some(' AND ', frequent)} order by rowid desc limit ${maximum}
      )
    )`
}

function textIndex(indexed: IndexedTable, index: IndexKind) {
  const table = sql.table(`${indexed.table}_${index}`)
  const weights = index === 'fts' ? WEIGHTS[indexed.table].map((weight) => sql`, ${sql.lit(weight)}`) : []
  return { table, relevance: sql`-bm25(${table}${sql.join(weights, sql``)})` }
}
