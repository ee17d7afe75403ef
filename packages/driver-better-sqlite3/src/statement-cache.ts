import { leadingKeyword } from '@persql/session-core/driver'
import type { PreparedStatement, SqliteHandle } from './sqlite-handle.ts'

const CAPACITY = 256

/** A `*` that stands for columns, and not for a product or a count; a comment may hide one. */
const COLUMNS_OF_TABLE = /(?:\b(?:select|distinct|all|returning)|[.,])\s*\*|--|\/\*/i

/** `pragma_optimize` and `optimize` of FTS3 and FTS4 write in a statement that SQLite says is readonly. */
const HIDING_WRITES = /optimize/i
const VIEWS_HIDING_WRITES = `select 1 from main.sqlite_schema where type = 'view' and sql like '%optimize%' limit 1`

export interface CachedStatement {
  readonly statement: PreparedStatement
  readonly returnsRows: boolean
  /** Whether it returns the cells of its only column in the place of rows. */
  readonly isPlucked: boolean
  /** Whether SQLite says that it may write. It says so of pragmas as well that only tell something. */
  readonly mayWrite: boolean
  readonly mayHideWrites: boolean
  /**
   * The names of the columns. Absent where another connection can change them under the statement, by altering a
   * table.
   */
  readonly columns?: readonly string[]
}

/** Prepared statements by their SQL; the oldest one makes room. */
export class StatementCache {
  readonly #handle: SqliteHandle
  readonly #statements = new Map<string, CachedStatement>()

  constructor(handle: SqliteHandle) {
    this.#handle = handle
  }

  get(sql: string): CachedStatement {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.#handle.prepare(sql).safeIntegers(true)
    // Columns that are named in the text stay what they are; those of a `*` do not.
    const returnsRows = statement.reader
    const columns = returnsRows && !COLUMNS_OF_TABLE.test(sql) ? columnNames(statement) : undefined
    const isPlucked = columns?.length === 1
    if (returnsRows) isPlucked ? statement.pluck() : statement.raw()
    const mayWrite = !statement.readonly && leadingKeyword(sql) !== 'pragma'
    const mayHideWrites = HIDING_WRITES.test(sql) || this.#haveViewsHidingWrites(statement)
    const cached = { statement, returnsRows, isPlucked, mayWrite, mayHideWrites, ...(columns && { columns }) }
    this.#statements.set(sql, cached)
    const [oldest] = this.#statements.keys()
    if (this.#statements.size > CAPACITY && oldest !== undefined) this.#statements.delete(oldest)
    return cached
  }

  /** Looked at once for each text of a statement, when it is prepared. */
  #haveViewsHidingWrites({ reader, readonly }: PreparedStatement): boolean {
    return reader && readonly && this.#handle.prepare(VIEWS_HIDING_WRITES).all().length > 0
  }
}

export function columnNames(statement: PreparedStatement): string[] {
  return statement.columns().map(({ name }) => name)
}
