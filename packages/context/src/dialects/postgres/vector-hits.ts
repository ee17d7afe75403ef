import { param } from '@persql/session-core'
import { type RawBuilder, sql } from 'kysely'
import type { IndexedTable } from '../../layout/text-index.ts'
import { B, BEGINNING_IF_FEWER_THAN, BEGINNING_WEIGHT, K1, MAX_RANKED } from '../../recall/relevance.ts'

/**
 * How much a word counts in a body, a title or description, and a name: 1, 2 and 3, as parts of {@link UNIT}, because
 * `ts_rank_cd` takes nothing above 1. For a single phrase it is the sum of the weights of all places where the phrase is.
 */
const WEIGHTS = sql.lit('{0, 0.25, 0.5, 0.75}')
const UNIT = 4

/** The average length of a row is that of so many of the newest. */
const SAMPLE = 1000
/** Fewer rows are counted; of more, the number is what the planner knows. */
const MAX_COUNTED = 2048

/**
 * The table expressions that end in `hit(id, relevance)`: BM25 over a GIN index of tsvectors, of the same words and
 * choosing the same rows as with FTS5.
 */
export function vectorHits(indexed: IndexedTable, search: 'terms' | 'expression'): RawBuilder<unknown> {
  const table = sql.table(`${indexed.table}_words`)
  const terms = termHits(table)
  if (search === 'terms') return sql`${terms}, hit(id, relevance) as (select id, relevance from term_hit)`
  return sql`${terms},
    fitting(id) as materialized (select row from ${table} where words @@ cast(${param('expression')} as tsquery)),
    hit(id, relevance) as (
      select id, relevance from term_hit where id in (select id from fitting) union all select id, 0 from fitting
    )`
}

function termHits(table: RawBuilder<unknown>): RawBuilder<unknown> {
  const maximum = sql.lit(MAX_RANKED)
  const isRare = sql`total <= ${maximum}`
  const isFrequent = sql`total > ${maximum}`
  const all = (operator: ' | ' | ' & ', condition: RawBuilder<unknown>) =>
    sql`(select cast(string_agg('(' || match || ')', ${sql.lit(operator)}) as tsquery) from ranked where ${condition})`
  const count = (match: RawBuilder<unknown>) =>
    sql`(select count(*) from (select from ${table} where words @@ cast(${match} as tsquery) limit ${sql.lit(MAX_RANKED + 1)}) as counted)`
  const rowsOf = (name: 'ctx_memory_words' | 'ctx_episode_words') =>
    sql`(select case when counted < ${sql.lit(MAX_COUNTED)} then counted
      else greatest(counted, (select cast(reltuples as bigint) from pg_class where oid = to_regclass(${sql.lit(name)}))) end
      from (select count(*) as counted from (select from ${sql.table(name)} limit ${sql.lit(MAX_COUNTED)}) as first_rows) as few)`
  const fit = sql`${sql.lit(UNIT)} * ts_rank_cd(${WEIGHTS}, words, query)`
  return sql`given(position, match, weight, beginning) as materialized (
      select key, value ->> 0, cast(value ->> 1 as double precision), value ->> 2
      from json_array_elements(cast(${param('terms')} as json)) with ordinality as listed(value, key)
    ),
    word(position, match, weight, rows, beginning) as materialized (
      select position, match, weight, ${count(sql`match`)}, beginning from given
    ),
    term(position, match, weight, rows) as materialized (
      select position, match, weight, rows from word
      union all
      select position, beginning, weight * ${sql.lit(BEGINNING_WEIGHT)}, ${count(sql`beginning`)} from word
      where beginning is not null and rows < ${sql.lit(BEGINNING_IF_FEWER_THAN)}
    ),
    ranked(match, query, factor, total) as materialized (
      select match, cast(match as tsquery), weight * ln(1 + (everything - rows + 0.5) / (rows + 0.5)),
        sum(rows) over (order by rows, position)
      from term, (select ${rowsOf('ctx_memory_words')} + ${rowsOf('ctx_episode_words')} as everything) as indexed
      where rows > 0
    ),
    average(average) as materialized (
      select cast(avg(length) as double precision)
      from (select length from ${table} order by row desc limit ${sql.lit(SAMPLE)}) as newest
    ),
    term_hit(id, relevance) as not materialized (
      select row, factor * fit * ${sql.lit(K1 + 1)} / (fit + ${sql.lit(K1)} * (${sql.lit(1 - B)} + ${sql.lit(B)} * length / average))
      from (
        select row, factor, length, ${fit} as fit from ranked join ${table} on words @@ query where ${isRare}
      ) as fitted, average
      union all
      select row, 1 from ranked join ${table} on words @@ (${all(' | ', isRare)} && query) where ${isFrequent}
      union all
      select row, frequent from (
        select row, frequent from (select count(*) as frequent from ranked where ${isFrequent}) as often
        join ${table} on words @@ ${all(' & ', isFrequent)}
        where frequent > 0 order by row desc limit ${maximum}
      ) as newest
    )`
}
