import type { Kysely, RawBuilder } from 'kysely'
import type { SqlDialect, SqlStatement } from '../driver/sql-driver.ts'
import type { ResolvedTableNames } from '../sessions/session-tables.ts'

/**
 * What the sessions must know of one kind of SQL, and all of it: every statement is written once, over this. A kind of
 * SQL is added as a folder beside this file and a line in `dialect-of.ts`.
 */
export interface SessionDialect {
  /** The name that drivers of this kind give. */
  readonly name: SqlDialect

  /** A Kysely that only compiles, for this kind of SQL. */
  builder<Tables>(): Kysely<Tables>

  /** The statements that make the tables, in order. Each of them does nothing to what exists. */
  layout(names: ResolvedTableNames): SessionLayout

  /** The elements of a JSON array, as rows of their `value` and their place, `key`. */
  listed(array: string): RawBuilder<{ key: number; value: string }>

  /** One element of a JSON array that is itself the value of a row of {@link listed}. */
  element<Value>(array: RawBuilder<unknown>, index: number): RawBuilder<Value>

  /** The time of the transaction, in the form in which times are stored. */
  readonly now: RawBuilder<string>

  /** A value of whatever type as text. */
  asText(value: RawBuilder<unknown>): RawBuilder<string>

  /** How many bytes a text takes up as it is stored. */
  byteLength(text: RawBuilder<unknown>): RawBuilder<number>

  /** Whether a row holds an item, and not what no codec of JSON reads. `column` may name its table, as in `m.data`. */
  isItem(column: string): RawBuilder<boolean>

  /** Whether a row holds an item whose `role` is `user`. */
  isUserItem(column: string): RawBuilder<boolean>
}

export interface SessionLayout {
  /** The two tables, with their index. */
  readonly tables: readonly SqlStatement[]
  /** The table of operation ids, whose rows go with their session. */
  readonly operations: readonly SqlStatement[]
}
