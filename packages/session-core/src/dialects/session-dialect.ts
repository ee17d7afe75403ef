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

  /** Whether the name of a table may say its schema, as in `app.agent_sessions`. */
  readonly hasSchemas: boolean

  /** The statements that make the tables, in order. Each of them does nothing to what exists. */
  layout(names: ResolvedTableNames): SessionLayout

  /**
   * A statement that runs these where one of the relations is missing, as a transaction that several first users may run
   * at the same time, ahead of what needs the tables. Absent: statements that make tables can be in the batch that needs
   * them.
   */
  makeApart?(relations: readonly string[], statements: readonly SqlStatement[]): SqlStatement

  /** Marks of the sessions, where this kind of SQL can keep them. Absent: what was read is always read again. */
  marks?(names: ResolvedTableNames): SessionMarks

  /**
   * Whether changes run at the same time, so that each must lock the row of its session before it looks at others.
   * False where a batch that writes is alone anyway.
   */
  readonly locksRows: boolean

  /**
   * Whether the newest rows of a session are asked for as a range of the index on the session and the row. Where they
   * are asked for by equality, a planner may take the index on the row alone, and pass over the rows of all others.
   */
  readonly readsByRange: boolean

  /** The elements of a JSON array, texts or JSON arrays themselves, as rows of their `value` and their place, `key`. */
  listed(array: string, of: 'texts' | 'lists'): RawBuilder<{ key: number; value: string }>

  /** One element, as text, of a list that is the value of a row of {@link listed}. `column` may name its table. */
  element<Value>(column: string, index: number): RawBuilder<Value>

  /** A parameter or a text where its type does not follow from what surrounds it. */
  typed<Value>(value: unknown, type: 'text' | 'integer' | 'time'): RawBuilder<Value>

  /** The time at which a session was active, in the form in which times are stored. */
  readonly now: RawBuilder<string>

  /**
   * The time of a new row, given a query for that of the newest row of its session. Absent: the default of the table
   * is that time.
   */
  rowTime?(newest: RawBuilder<string>): RawBuilder<string>

  /** A time, or a later one where a row before it by `key` has that. Absent: times need not have the order of rows. */
  ascending?(time: RawBuilder<string>, key: string): RawBuilder<string>

  /** A stored time as text. Absent: it is stored as text. */
  timeText?(column: string): RawBuilder<string>

  /** A value of whatever type as text, which is compared byte by byte. */
  asText(value: RawBuilder<unknown>): RawBuilder<string>

  /** How many bytes a text takes up as it is stored. */
  byteLength(text: RawBuilder<unknown>): RawBuilder<number>

  /** Absent where SQL cannot look into every item: then turns are found by decoding. */
  readonly items?: {
    /** Whether a row holds an item, and not what no codec of JSON reads. `column` may name its table, as in `m.data`. */
    isItem(column: string): RawBuilder<boolean>
    /** Whether a row holds an item whose `role` is `user`. */
    isUserItem(column: string): RawBuilder<boolean>
  }

  /** The bytes of what a row holds. */
  readonly rawData: {
    /** `text` or `blob`. */
    storage(column: string): RawBuilder<string>
    bytes(column: RawBuilder<unknown>): RawBuilder<Uint8Array>
    /** What `bytes` were given in hexadecimal for. Absent: rows hold text alone. */
    fromHex?(hex: RawBuilder<string>, storage: RawBuilder<string>): RawBuilder<string>
  }

  /**
   * Whether one of the texts of a row's item may have `folded` in its `foldText`, which is not empty and its own normal
   * form: true wherever one has it, however its JSON is written and its characters are composed, and wherever the row is
   * corrupt and its text may; seldom true elsewhere. No pattern of it is longer than `patternBytes` (default: what the
   * engine takes); shorter ones are true more often. Absent where sessions cannot be searched.
   */
  mayHold?(column: string, folded: string, patternBytes?: number): RawBuilder<boolean>

  /** An index of what rows hold, which somebody makes on purpose. Absent where this kind of SQL has none. */
  searchIndex?(names: ResolvedTableNames): SearchIndex
}

export interface SessionLayout {
  /** The two tables, with their index. */
  readonly tables: readonly SqlStatement[]
  /** The table of operation ids, whose rows go with their session. */
  readonly operations: readonly SqlStatement[]
  /** What the statements make, by name, indexes included. */
  readonly relations: { readonly tables: readonly string[]; readonly operations: readonly string[] }
}

/**
 * A mark stands beside each session, and any change but adding items at its end makes another one, whoever makes the
 * change. A mark is random, so none comes back with an older copy of the database.
 */
export interface SessionMarks {
  /** Make the table of marks, and what keeps them; where tables are made apart, as one transaction behind them. */
  readonly create: readonly SqlStatement[]
  /** The mark of a session, as text; null where marks are not kept. */
  current(session: string): RawBuilder<string | null>
  /**
   * Whether rows may come to stand between others without another mark, so that known rows must be counted. Where not,
   * a mark needs not change where the first row of the session does, or the newest.
   */
  readonly countsRows: boolean
}

/**
 * Which rows hold which grams, and a table of rows whose grams are not known: triggers note there each row that anybody
 * inserts, updates or deletes, under a random stamp that is another one each time. Where something of it is missing, all
 * of it counts as missing.
 */
export interface SearchIndex {
  /** One row where the index is there, and is told of every change; otherwise none. */
  readonly isPresent: SqlStatement
  /**
   * One row where, besides, it holds what it was told of; otherwise none: a schema that was copied has no rows. Fails
   * where one of its tables is missing.
   */
  readonly isWhole: SqlStatement
  /** Make it anew, with all rows noted; do nothing where some might change untold. */
  readonly create: readonly SqlStatement[]
  /** Do nothing where it is missing. */
  readonly drop: readonly SqlStatement[]
  /** How many rows are noted. */
  readonly countNoted: SqlStatement
  /** The newest noted rows before one: `row`, `stamp` and `message_data`, which is null where the row is gone. */
  readNoted(range: { readonly before: number; readonly limit: number }): SqlStatement
  /**
   * Set the grams of rows that are still noted under the same stamp, or forget them where they are null, and take their
   * notes away; the last one gives a row for each. The parameters are JSON arrays, `notes` of `[row, stamp]` and `rows`
   * of `[row, stamp, grams]`, where `grams` is what {@link toCell} made.
   */
  write(notes: string, rows: string): readonly SqlStatement[]
  /** To be run after all of a call's writes. Absent: there is nothing to do. */
  readonly finish?: SqlStatement
  /** Grams in the form in which they are written. */
  toCell(grams: readonly number[]): string
  /**
   * Follows other tables of a query, and finds for each of their rows the item with that id, as `m`, whatever the engine
   * expects of other ways.
   */
  joinItem(row: RawBuilder<number>): RawBuilder<unknown>
  /** The tables of a query, with a condition, for the rows that may have all of these grams, and their id. */
  having(grams: readonly number[]): {
    readonly from: RawBuilder<unknown>
    readonly where: RawBuilder<boolean>
    readonly row: RawBuilder<number>
  }
}
