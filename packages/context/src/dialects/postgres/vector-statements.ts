import { compileStatement, param, type SqlValue } from '@persql/session-core'
import { type RawBuilder, sql } from 'kysely'
import { EPISODE, type IndexedTable, MEMORY } from '../../layout/text-index.ts'
import { MAX_INDEXED } from '../../recall/normal-words.ts'
import { compilable } from '../compilable.ts'
import type { TextIndex, Unindexed } from '../memory-dialect.ts'
import { vectorHits } from './vector-hits.ts'
import { queriesOfTerms, queryOfExpression, toVector } from './vectors.ts'

const LABELS = { fact: ['A', 'B', 'C'], episode: ['B', 'C'] } as const

function statement<Params extends Record<string, SqlValue>>(query: RawBuilder<unknown>) {
  return compileStatement<Params>(compilable(query, 'postgres'))
}

const of = (indexed: IndexedTable) => ({
  table: sql.table(indexed.table),
  words: sql.table(`${indexed.table}_words`),
  rowId: sql.ref(indexed.rowId),
  kind: sql.lit(indexed.kind),
})

const REPLACE = sql`on conflict (row) do update set words = excluded.words, length = excluded.length`

function indexing(indexed: IndexedTable, key: string) {
  const { table, words, rowId, kind } = of(indexed)
  const row = sql`select ${rowId} as row from ${table} where ${sql.ref(key)} = ${param('key')}`
  const keep = statement<{ key: string; vector: string; length: number }>(
    sql`insert into ${words} (row, words, length)
      select given.row, cast(${param('vector')} as tsvector), cast(${param('length')} as bigint)
      from (${row}) as given ${REPLACE}`,
  )
  const noted = statement<{ key: string }>(
    sql`delete from ctx_unindexed where kind = ${kind} and row = (${row})`,
  )
  return (value: string, texts: readonly string[]) => {
    const [vector, length] = toVector(texts, LABELS[indexed.kind])
    return [keep({ key: value, vector, length }), noted({ key: value })]
  }
}

const indexFact = indexing(MEMORY, 'name')
const indexEpisode = indexing(EPISODE, 'id')

function unindexedRows(indexed: IndexedTable): Unindexed {
  const { table, words, rowId, kind } = of(indexed)
  const texts = sql.join(
    indexed.columns.map((column) => sql`substr(${sql.ref(column)}, 1, ${sql.lit(MAX_INDEXED)})`),
  )
  // Written again meanwhile, a row has another stamp, and stays noted.
  const still = sql`json_array_elements(cast(${param('rows')} as json)) as given(value)
      join ctx_unindexed as u on u.kind = ${kind} and u.row = cast(value ->> 0 as bigint)
        and u.stamp = cast(value ->> 1 as bigint)`
  return {
    kind: indexed.kind,
    read: statement<{ limit: number }>(
      sql`select u.row, u.stamp, ${texts} from ctx_unindexed as u left join ${table} on ${sql.ref(indexed.table)}.${rowId} = u.row
        where u.kind = ${kind} limit ${param('limit')}`,
    ),
    contents: (given) => toVector(given, LABELS[indexed.kind]),
    index: [
      // Whoever writes one of the rows from here on waits.
      statement<{ rows: string }>(sql`select u.row from ${still} order by u.row for update of u`),
      statement<{ rows: string }>(
        sql`insert into ${words} (row, words, length)
          select u.row, cast(value ->> 2 as tsvector), cast(value ->> 3 as bigint) from ${still}
          where value ->> 2 is not null ${REPLACE}`,
      ),
      statement<{ rows: string }>(
        sql`delete from ctx_unindexed where kind = ${kind} and row in (select u.row from ${still})`,
      ),
    ],
  }
}

/** An index of tsvectors, whose words are made here. Triggers take out what is deleted. */
export const vectorIndex: TextIndex = {
  indexFact: ({ name, description, body }) => indexFact(name, [name, description, body]),
  indexEpisode: ({ id, title, body }) => indexEpisode(id, [title, body]),
  unindex: () => [[], []],
  unindexed: [unindexedRows(MEMORY), unindexedRows(EPISODE)],
  matches: ({ terms, expression }) => ({
    terms: queriesOfTerms(terms),
    expression: (expression && queryOfExpression(expression)) ?? '',
  }),
  // The planner expects far more rows than a word has, so it would compile the search, which takes longer than to run it.
  beforeSearch: [
    { sql: `select case when current_setting('jit', true) = 'on' then set_config('jit', 'off', true) end` },
  ],
  hits: vectorHits,
}
