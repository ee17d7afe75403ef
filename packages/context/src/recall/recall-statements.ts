import { compileStatement, param, type SqlStatement, type SqlValue } from '@persql/session-core'
import { type RawBuilder, sql } from 'kysely'
import { compilable } from '../facts/memory-statements.ts'
import { EPISODE, type IndexedTable, MEMORY } from '../layout/text-index.ts'
import type { MemoryKind } from '../memory.ts'

/**
 * Words are taken from the rarest on, as long as the rows that have them are no more than these. The others are
 * frequent words: each counts 1 in the rows so chosen, and they choose only rows that have all of them, at most this
 * many, the newest first. So the time of a recall hardly grows with the number of memories.
 */
const MAX_RANKED = 1000

/**
 * Indexes of so many rows are large: no word that is ranked can be in half of them. The first number in FTS5's record
 * of averages is that of the rows, as a varint (format: fts5_index.c); to count them would take longer than the rest
 * of a recall. A varint of three bytes is larger than any of two, and these two are 2048.
 */
export const IS_LARGE = sql<boolean>`substr(block, 1, 1) >= x'80' and (substr(block, 2, 1) >= x'80' or block >= x'9000')`

/** The beginning of a word is looked for where fewer rows have the word itself. */
export const BEGINNING_IF_FEWER_THAN = 10
/** How much a beginning counts. */
export const BEGINNING_WEIGHT = 0.5

/** Weights in the order of the columns of the index. A word counts more in a name than in a body. */
const WEIGHTS = { ctx_memory: [3, 2, 1], ctx_episode: [2, 1] } as const

/** What is searched for. */
export type Search = 'terms' | 'expression' | 'newest' | 'ids'

export interface RecallParams extends Record<string, SqlValue> {
  /** A JSON array of `[MATCH, weight]`, with the MATCH of the beginning where there is one. */
  terms: string
  /** The MATCH of an expression that rows must fit. */
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

// Not the parameter alone: SQLite plans a join anew for each value that is bound to a LIMIT.
const LIMIT = sql`${param('limit')} + 0`

/** How many of the most relevant rows are looked up and weighed, unless there is a filter to be looked up as well. */
const CANDIDATES = sql`case
  when coalesce(${param('type')}, ${param('since')}, ${param('until')}) is null then max(200, 10 * ${param('limit')})
  else -1 end`

/** The relevance from which its time may bring a row among those that are wanted; the rest need not be looked up. */
const LEAST_RELEVANCE = sql`case
  when coalesce(${param('type')}, ${param('since')}, ${param('until')}) is null
    then ifnull((select relevance from found order by relevance desc limit 1 offset ${param('limit')} - 1), 0)
  else 0 end`

const compiled = new Map<string, (params: RecallParams) => SqlStatement>()

/**
 * The statement that recalls one kind, best first, which docs/memory-recall.md explains. Its columns are those of
 * {@link RecalledRow}.
 */
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
  const { columns, from, id, time, rowId, type } = kind === 'fact' ? FACT : EPISODE_SOURCE
  const filters = sql`(${param('type')} is null or ${type} = ${param('type')})
    and (${param('since')} is null or ${time} >= ${param('since')})
    and (${param('until')} is null or ${time} < ${param('until')})`
  if (search === 'newest' || search === 'ids') {
    const chosen = search === 'ids' ? sql`${id} in (select value from json_each(${param('ids')})) and` : sql``
    return sql`select ${columns}, 0.0 as score from ${from} where ${chosen} ${filters} order by ${time} desc, ${rowId} desc limit ${LIMIT}`
  }
  const indexed = kind === 'fact' ? MEMORY : EPISODE
  const score = sql`relevance * ${param('weight')} * (1 + ${param('recency')} * ${param('halfLife')} / (${param('halfLife')} + max(0, ${param('now')} - ${time})))`
  return sql`with ${hits(indexed, search)},
    found(id, relevance) as materialized (
      select id, sum(relevance) as relevance from hit group by id order by relevance desc, id desc limit ${CANDIDATES}
    )
    select ${columns}, ${score} as score
    from found join ${from} on ${rowId} = found.id
    where relevance * (1 + ${param('recency')}) >= ${LEAST_RELEVANCE}
    and ${filters} order by score desc, ${time} desc, ${rowId} desc limit ${LIMIT}`
}

// Not a join, because SQLite computes a column only for rows that are among the first so far.
const ORIGIN = sql`(select session_id from ctx_origin where memory_id = m.id)`

const FACT = {
  columns: sql`m.id, m.name, m.description, m.type, m.body, null, ${ORIGIN}, null, m.source, m.created_at, m.updated_at, m.rowid`,
  from: sql`ctx_memory as m`,
  id: sql`m.id`,
  time: sql`m.updated_at`,
  rowId: sql`m.rowid`,
  type: sql`m.type`,
}

const EPISODE_SOURCE = {
  columns: sql`e.id, e.id, e.title, 'episode', e.body, e.outcome, e.session_id, e.run_id, e.source, e.happened_at, e.happened_at, e.row`,
  from: sql`ctx_episode as e`,
  id: sql`e.id`,
  time: sql`e.happened_at`,
  rowId: sql`e.row`,
  type: sql`'episode'`,
}

/** The table expressions that end in `hit(id, relevance)`. */
function hits(indexed: IndexedTable, search: 'terms' | 'expression'): RawBuilder<unknown> {
  const terms = termHits(indexed)
  if (search === 'terms') return sql`${terms}, hit(id, relevance) as (select id, relevance from term_hit)`
  const { table } = textIndex(indexed)
  return sql`${terms},
    fitting(id) as materialized (select rowid from ${table} where ${table} match ${param('expression')}),
    hit(id, relevance) as (
      select id, relevance from term_hit where id in (select id from fitting) union all select id, 0 from fitting
    )`
}

/**
 * The relevance of a row is the sum, over the words that it has, of `weight × idf × how well the row fits`: BM25. In
 * small tables, SQLite's `idf` is replaced, because it is nothing for a word that half of the rows have, and could not
 * be compared with that of another table.
 */
function termHits(indexed: IndexedTable): RawBuilder<unknown> {
  const { table, data, size, bm25 } = textIndex(indexed)
  const maximum = sql.lit(MAX_RANKED)
  const isRare = sql`total <= ${maximum}`
  const isFrequent = sql`total > ${maximum}`
  const all = (operator: ' OR ' | ' AND ', condition: RawBuilder<unknown>) =>
    sql`coalesce((select group_concat(match, ${sql.lit(operator)}) from ranked where ${condition}), '""')`
  // A search in an empty index takes a tenth as long as one in a large index: who has no episodes need not wait for it.
  const count = (match: RawBuilder<unknown>) =>
    sql`case when exists (select 1 from ${size}) then
      (select count(*) from (select 1 from ${table} where ${table} match ${match} limit ${sql.lit(MAX_RANKED + 1)}))
      else 0 end`
  return sql`word(position, match, weight, rows, beginning) as materialized (
      select key, value ->> 0, value ->> 1, ${count(sql`value ->> 0`)}, value ->> 2 from json_each(${param('terms')})
    ),
    term(position, match, weight, rows) as materialized (
      select position, match, weight, rows from word
      union all
      select position, beginning, weight * ${sql.lit(BEGINNING_WEIGHT)}, ${count(sql`beginning`)} from word
      where beginning is not null and rows < ${sql.lit(BEGINNING_IF_FEWER_THAN)}
    ),
    ranked(match, factor, total) as materialized (
      select match,
        case when indexed is null then weight else
          weight * ln(1 + (everything - rows + 0.5) / (rows + 0.5)) / max(1e-6, ln((indexed - rows + 0.5) / (rows + 0.5)))
        end,
        sum(rows) over (order by rows, position)
      from term, (select
        case when (select ${IS_LARGE} from ${data} where id = 1) then null
          else (select count(*) from ${size}) end as indexed,
        (select ifnull(max(rowid), 0) from ctx_memory) + (select ifnull(max(row), 0) from ctx_episode) as everything)
      where rows > 0
    ),
    term_hit(id, relevance) as not materialized (
      select ${table}.rowid, factor * ${bm25} from ranked join ${table} on ${table} match ranked.match
      where ${isRare}
      union all
      select ${table}.rowid, 1 from ranked join ${table} on ${table} match '(' || ${all(' OR ', isRare)} || ') AND ' || ranked.match
      where ${isFrequent}
      union all
      select id, frequent from (
        select ${table}.rowid as id, frequent from (
          select group_concat(match, ' AND ') as every, count(*) as frequent from ranked where ${isFrequent}
        ) join ${table} on ${table} match every
        where frequent > 0 order by ${table}.rowid desc limit ${maximum}
      )
    )`
}

function textIndex(indexed: IndexedTable) {
  const table = sql.table(`${indexed.table}_words`)
  const weights = WEIGHTS[indexed.table].map((weight) => sql`, ${sql.lit(weight)}`)
  return {
    table,
    data: sql.table(`${indexed.table}_words_data`),
    size: sql.table(`${indexed.table}_words_docsize`),
    bm25: sql`-bm25(${table}${sql.join(weights, sql``)})`,
  }
}
