import type { SqlStatement, SqlValue } from '../driver/sql-driver.ts'
import type { SessionLayout } from './session-dialect.ts'

/** Binds a statement that is compiled already. */
type Bind<Params extends Record<string, SqlValue>> = (params: Params) => SqlStatement

interface InSession extends Record<string, SqlValue> {
  session: string
}

/**
 * Every statement of the session store, for one set of table names. Reads return the columns that they are said to
 * return, in that order. "Fails" means that a constraint of the tables is broken, so that the whole batch does nothing.
 */
export interface SessionStatements {
  /** Make what is missing of the tables. */
  readonly layout: SessionLayout

  /** Absent where this kind of SQL keeps no marks. */
  readonly marks?: {
    /** Make what the others read, where it is missing. */
    readonly create: readonly SqlStatement[]
    /** Whether known rows are counted. */
    readonly countsRows: boolean
    /**
     * `[mark or null, number of rows up to `last`, with it]`; where rows are not counted, the id of the oldest one in the
     * place of the number.
     */
    readonly read: Bind<InSession & { last: number }>
    /**
     * `[mark or null, id of the oldest row, of the oldest of the newest `tail` rows, of the newest one, its created_at]`,
     * null where there is none; without the oldest row where rows are counted.
     */
    readonly readWithEnd: Bind<InSession & { tail: number }>
  }

  /** `[text]` of all rows, oldest first. */
  readonly readAll: Bind<InSession>
  /** `[text]` of the newest rows, newest first. */
  readonly readLatest: Bind<InSession & { limit: number }>
  /** Absent where SQL cannot look into items. `skip`: how many starts of turns come after that one. */
  readonly turns?: {
    /** `[id, text, created_at]` from the start of a turn on, newest first. */
    readonly read: Bind<InSession & { skip: number }>
    /** `[id of the row or 0]` at which a turn starts. */
    readonly readStart: Bind<InSession & { skip: number }>
  }
  /** `[id, text, created_at]` of the newest rows before one, newest first. */
  readonly readBefore: Bind<InSession & { before: number; limit: number }>
  /** `[id, text, created_at]` of the rows from one on, with it, oldest first. */
  readonly readFrom: Bind<InSession & { first: number }>
  /** `[id of the newest row or 0, number of rows]`. */
  readonly readExtent: Bind<InSession>
  /** `[number]` of the rows up to one, with it. */
  readonly countThrough: Bind<InSession & { last: number }>
  /**
   * `[id, text, created_at]` from `first` on and before `before`, newest first: up to `limit` rows, and no more than
   * take up `bytes`, except that the first of them may be larger.
   */
  readonly readRowsBefore: Bind<InSession & { first: number; before: number; limit: number; bytes: number }>

  /**
   * Makes the row of the session, or notes the activity in it. The first statement of a change that adds rows: from then
   * on no other change of this session runs until the batch ends.
   */
  readonly touchSession: Bind<InSession>
  /** The same for a change that adds no rows. Absent where a batch that writes is alone anyway. */
  readonly lockSession?: Bind<InSession>
  /**
   * Adds up to `MAX_INLINE_ROWS` rows in order. Absent where they are not faster as values of their own than as a
   * JSON array.
   */
  readonly insertFewTexts?: (session: string, texts: readonly string[]) => SqlStatement
  /** Adds rows in order. `texts`: a JSON array of their texts. */
  readonly insertTexts: Bind<InSession & { texts: string }>
  /**
   * Adds rows in order. `rows`: a JSON array of `[text, created_at or null]`, and of `[null, null, id]` for a copy of
   * that row: not every row holds text that would survive the way to JavaScript and back.
   */
  readonly insertRows: Bind<InSession & { rows: string }>
  /** Fails unless the newest row of the session is `last`; 0 stands for no row. */
  readonly expectLast: Bind<InSession & { last: number }>
  /** Deletes the newest row, and returns its `[id, text]`. */
  readonly deleteLatest: Bind<InSession>
  /** Deletes the rows from `first` on. */
  readonly deleteFrom: Bind<InSession & { first: number }>
  /** Deletes the rows from `first` to `last`, both included. */
  readonly deleteBetween: Bind<InSession & { first: number; last: number }>
  /** Deletes the row of the session. */
  readonly deleteSession: Bind<InSession>

  /** Fails where the session has remembered the operation id. */
  readonly insertOperation: Bind<InSession & { operation: string; digest: string }>
  /** `[digest]` of the change that an operation id stands for. */
  readonly readOperation: Bind<InSession & { operation: string }>

  /** `[session_id, created_at, updated_at, id of the newest row or 0, number of rows]` of one session. */
  readonly getSummary: Bind<InSession>
  /**
   * As {@link getSummary}, for a page of sessions, latest activity first, after the given one (`updated` null: from
   * the start). Times have whole seconds, so within one second the newest row decides.
   */
  readonly listSummaries: Bind<InSession & { limit: number; updated: string | null; row: number }>
  /** Makes the new session where the old one exists; fails where the new one does. */
  readonly forkSession: Bind<InSession & { target: string }>
  /** `[id]` of the row, where the session has it. */
  readonly getRow: Bind<InSession & { row: number }>
  /** Fails unless the session has the row. */
  readonly expectRow: Bind<InSession & { row: number }>
  /** Copies the rows up to one, with it, and with their times; nothing where the session is not listed. */
  readonly copyItems: Bind<InSession & { target: string; through: number }>
}
