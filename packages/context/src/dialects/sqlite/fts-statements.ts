import { compileStatement, param, type SqlStatement, type SqlValue } from '@persql/session-core'
import { type RawBuilder, sql } from 'kysely'
import type { EpisodeRow, FactTexts } from '../../facts/written-rows.ts'
import { EPISODE, type IndexedTable, MEMORY } from '../../layout/text-index.ts'
import { indexedText, MAX_INDEXED } from '../../recall/normal-words.ts'
import { compilable } from '../compilable.ts'
import type { TextIndex, Unindexed } from '../memory-dialect.ts'
import { ftsHits } from './fts-hits.ts'
import { matchesOfTerms, matchOfExpression } from './fts-match.ts'

function indexFact({ name, description, body }: FactTexts): readonly SqlStatement[] {
  const texts = { text0: indexedText(name), text1: indexedText(description), text2: indexedText(body) }
  return FACT.map((statement) => statement({ key: name, ...texts }))
}

function indexEpisode({ id, title, body }: EpisodeRow): readonly SqlStatement[] {
  const texts = { text0: indexedText(title), text1: indexedText(body) }
  return EPISODE_OF_ID.map((statement) => statement({ key: id, ...texts }))
}

function unindex(name: string): readonly [SqlStatement[], SqlStatement[]] {
  const both = [UNINDEXING.fact, UNINDEXING.episode]
  return [both.map(({ before }) => before({ key: name })), both.map(({ after }) => after({}))]
}

const of = (indexed: IndexedTable) => ({
  ...indexed,
  table: sql.table(indexed.table),
  words: sql.table(`${indexed.table}_words`),
  docsize: sql.table(`${indexed.table}_words_docsize`),
  rowId: sql.ref(indexed.rowId),
  kind: sql.lit(indexed.kind),
  columns: sql.join(indexed.columns.map((column) => sql.ref(column))),
})

function statement<Params extends Record<string, SqlValue>>(query: RawBuilder<unknown>) {
  return compileStatement<Params>(compilable(query))
}

function indexing(indexed: IndexedTable, key: string) {
  const { table, words, rowId, kind, columns } = of(indexed)
  const texts = sql.join(indexed.columns.map((_, index) => sql`${param(`text${index}`)}`))
  const isThis = sql`${sql.ref(key)} = ${param('key')}`
  return [
    statement<Record<string, SqlValue>>(
      sql`insert or replace into ${words} (rowid, ${columns}) select ${rowId}, ${texts} from ${table} where ${isThis}`,
    ),
    statement<Record<string, SqlValue>>(
      sql`delete from ctx_unindexed where kind = ${kind} and row = (select ${rowId} from ${table} where ${isThis})`,
    ),
  ]
}

const FACT = indexing(MEMORY, 'name')
const EPISODE_OF_ID = indexing(EPISODE, 'id')

function unindexing(indexed: IndexedTable, key: string) {
  const { table, words, docsize, rowId, kind } = of(indexed)
  return {
    before: statement<{ key: string }>(
      sql`delete from ${words} where rowid = (select ${rowId} from ${table} where ${sql.ref(key)} = ${param('key')})`,
    ),
    after: statement<Record<never, never>>(
      sql`delete from ctx_unindexed where kind = ${kind} and row not in (select ${rowId} from ${table}) and row not in (select id from ${docsize})`,
    ),
  }
}

const UNINDEXING = { fact: unindexing(MEMORY, 'name'), episode: unindexing(EPISODE, 'id') }

function unindexedRows(indexed: IndexedTable): Unindexed {
  const { table, words, rowId, kind, columns } = of(indexed)
  const texts = sql.join(
    indexed.columns.map((column) => sql`substr(${sql.ref(column)}, 1, ${sql.lit(MAX_INDEXED)})`),
  )
  const given = indexed.columns.map((_, index) => sql`value ->> ${sql.lit(index + 2)}`)
  // Written again meanwhile, a row has another stamp, and stays noted. A cross join, so that SQLite reads the array once.
  const still = sql`json_each(${param('rows')}) cross join ctx_unindexed as u on u.kind = ${kind} and u.row = cast(value ->> 0 as integer) and u.stamp = value ->> 1`
  return {
    kind: indexed.kind,
    read: statement<{ limit: number }>(
      sql`select u.row, u.stamp, ${texts} from ctx_unindexed as u left join ${table} on ${sql.ref(indexed.table)}.${rowId} = u.row where u.kind = ${kind} limit ${param('limit')}`,
    ),
    contents: (texts) => texts.map(indexedText),
    index: [
      statement<{ rows: string }>(sql`delete from ${words} where rowid in (select u.row from ${still})`),
      statement<{ rows: string }>(
        sql`insert into ${words} (rowid, ${columns}) select u.row, ${sql.join(given)} from ${still} where value ->> 2 is not null`,
      ),
      statement<{ rows: string }>(
        sql`delete from ctx_unindexed where kind = ${kind} and row in (select u.row from ${still})`,
      ),
    ],
  }
}

export const ftsIndex: TextIndex = {
  indexFact,
  indexEpisode,
  unindex,
  unindexed: [unindexedRows(MEMORY), unindexedRows(EPISODE)],
  matches: ({ expression, terms }) => ({
    terms: matchesOfTerms(terms),
    expression: expression ? matchOfExpression(expression) : '',
  }),
  beforeSearch: [],
  hits: ftsHits,
}
