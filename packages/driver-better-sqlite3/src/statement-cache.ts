import type { PreparedStatement, SqliteHandle } from './better-sqlite3-driver.ts'

const CAPACITY = 256

/** Prepared statements by their SQL; the least recently used one makes room. */
export class StatementCache {
  readonly #handle: SqliteHandle
  readonly #statements = new Map<string, PreparedStatement>()

  constructor(handle: SqliteHandle) {
    this.#handle = handle
  }

  get(sql: string): PreparedStatement {
    const known = this.#statements.get(sql)
    if (known) {
      this.#statements.delete(sql)
      this.#statements.set(sql, known)
      return known
    }
    const statement = this.#handle.prepare(sql)
    if (statement.reader) statement.raw(true)
    statement.safeIntegers(true)
    this.#statements.set(sql, statement)
    const [oldest] = this.#statements.keys()
    if (this.#statements.size > CAPACITY && oldest !== undefined) this.#statements.delete(oldest)
    return statement
  }
}
