import type { SqlDialect, SqlStatement, SqlValue, TableGroup } from '@persql/session-core'
import type { RawBuilder } from 'kysely'
import type { EpisodeRow, FactTexts } from '../facts/written-rows.ts'
import type { IndexedTable } from '../layout/text-index.ts'
import type { MemoryKind } from '../memory.ts'
import type { RecallQuery } from '../recall/recall-query.ts'

/**
 * What a memory must know of one kind of SQL, and all of it: every other statement is written once, over this. A kind
 * of SQL is added as a folder beside this file and a line in `memory-dialect-of.ts`.
 */
export interface MemoryDialect {
  readonly name: Extract<SqlDialect, 'sqlite' | 'postgres'>

  readonly layout: MemoryLayout

  readonly textIndex: TextIndex

  /** A value where its type does not follow from what surrounds it. A `flag` is 1 or 0, and then a condition. */
  typed<Value>(value: unknown, type: 'text' | 'integer' | 'real' | 'flag' | 'bytes'): RawBuilder<Value>

  /** The texts of a JSON array, as rows of their `value`. */
  texts(array: RawBuilder<unknown>): RawBuilder<unknown>

  least(a: RawBuilder<unknown>, b: RawBuilder<unknown>): RawBuilder<unknown>

  greatest(a: RawBuilder<unknown>, b: RawBuilder<unknown>): RawBuilder<unknown>

  /** A number of rows for LIMIT, where -1 is all. */
  atMost(rows: RawBuilder<unknown>): RawBuilder<unknown>

  /**
   * The statement behind which only one distillation of a session goes on. Absent: a batch that writes is alone anyway.
   */
  lockSession?(params: { session: string }): SqlStatement
}

export interface MemoryLayout {
  readonly tables: TableGroup
  /**
   * The text indexes, where they are made separately because an engine may lack them. The last statement tells whether
   * there are indexes of a former layout.
   */
  readonly createIndexes?: readonly SqlStatement[]
  /** Drops the indexes of a former layout; absent where there was none. */
  readonly dropFormerIndexes?: readonly SqlStatement[]
  /** Notes rows as not indexed where the indexes differ from the rows. */
  readonly noteDifferences: readonly SqlStatement[]
}

/** The index of words of facts and of episodes. */
export interface TextIndex {
  /** The statements that index what was written in the same batch. */
  indexFact(fact: FactTexts): readonly SqlStatement[]
  indexEpisode(episode: EpisodeRow): readonly SqlStatement[]

  /** The statements around those that delete a fact or an episode: before them, and after them. */
  unindex(name: string): readonly [readonly SqlStatement[], readonly SqlStatement[]]

  /** The rows that are not indexed yet, of facts and of episodes. */
  readonly unindexed: readonly Unindexed[]

  /** What is searched for, for {@link hits}. */
  matches(query: RecallQuery): Matches

  /** What comes ahead of the statements that search, in their batch. */
  readonly beforeSearch: readonly SqlStatement[]

  /** The table expressions that end in `hit(id, relevance)`, with `terms` and `expression` as parameters. */
  hits(indexed: IndexedTable, search: 'terms' | 'expression'): RawBuilder<unknown>
}

export interface Matches {
  readonly terms: string
  /** What rows must fit; empty where the query has no expression. */
  readonly expression: string
}

export interface Unindexed {
  readonly kind: MemoryKind
  /** Rows of {@link UnindexedRow}. */
  read(params: { limit: number }): SqlStatement
  /** What the index keeps of the texts of a row. */
  contents(texts: readonly string[]): readonly SqlValue[]
  /** Take the rows, with their contents instead of texts, as a JSON array. */
  readonly index: readonly ((params: { rows: string }) => SqlStatement)[]
}

/** A row that is not indexed, and its texts, which are null where it is gone. */
export type UnindexedRow = readonly [row: number, stamp: number, ...texts: readonly (string | null)[]]
