import type { SqlStatement, SqlValue } from '../../driver/sql-driver.ts'

/** What a column of the kit's table holds: integers of 64 bits, floating point numbers, texts, or bytes. */
export type ValueType = 'integer' | 'number' | 'text' | 'bytes'

/** The statements of the cases that differ between kinds of SQL. All others are written once, in the cases. */
export interface DialectStatements {
  /**
   * Makes the table `t`: `id` is an integer that the engine counts from 1, `value` has the type given, and `name` is a
   * unique text. All of them but `id` may be null.
   */
  table(value: ValueType): SqlStatement

  /** Inserts one row into `t`, with two parameters: `value` and `name`. */
  insert(value: SqlValue, name?: string | null): SqlStatement

  /** Stands for the parameter at a position, from 1 on. */
  placeholder(position: number): string

  /** Makes the table `log` of one column `id`, and a trigger that keeps there the id of each row deleted from `t`. */
  readonly deletionLog: readonly SqlStatement[]

  /** A statement that only reads, fails at its only parameter, and makes the engine quote it. */
  failsAt(parameter: string): SqlStatement

  /** Statements that begin or end a transaction in this kind of SQL alone. */
  readonly transactionControl: readonly string[]

  /** Statements that reach files, or change the connection or how it works. A batch that only reads refuses them. */
  readonly beyondReading: readonly SqlStatement[]

  readonly hiddenWrites: HiddenWrites

  /** Statements about the table `t` or the connection that only tell, and how many rows they give. */
  readonly tells: readonly { readonly sql: string; readonly rows: number }[]
}

/** What looks like reading and writes. */
interface HiddenWrites {
  /** Makes what the others need, beside the table `t`. Each is a batch of its own. */
  readonly setup: readonly SqlStatement[]
  /** Statements that a batch that only reads refuses. */
  readonly refused: readonly string[]
  /** Statements that it either refuses, or runs without leaving a change. */
  readonly refusedOrUndone: readonly string[]
  /** Reads all that the others could change. */
  readonly state: readonly SqlStatement[]
}
