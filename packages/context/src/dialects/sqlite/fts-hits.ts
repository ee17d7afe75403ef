import { param } from '@persql/session-core'
import { type RawBuilder, sql } from 'kysely'
import type { IndexedTable } from '../../layout/text-index.ts'
import { BEGINNING_IF_FEWER_THAN, BEGINNING_WEIGHT, MAX_RANKED } from '../../recall/relevance.ts'

/**
 * Indexes of so many rows are large: no word that is ranked can be in half of them. The first number in FTS5's record
 * of averages is that of the rows, as a varint (format: fts5_index.c); to count them would take longer than the rest
 * of a recall. A varint of three bytes is larger than any of two, and these two are 2048.
 */
export const IS_LARGE = sql<boolean>`substr(block, 1, 1) >= x'80' and (substr(block, 2, 1) >= x'80' or block >= x'9000')`

/** Weights in the order of the columns of the index. A word counts more in a name than in a body. */
const WEIGHTS = { ctx_memory: [3, 2, 1], ctx_episode: [2, 1] } as const

/** The table expressions that end in `hit(id, relevance)`. */
export function ftsHits(indexed: IndexedTable, search: 'terms' | 'expression'): RawBuilder<unknown> {
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
