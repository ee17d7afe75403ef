import type { SqlResult, SqlValue } from '@persql/session-core'
import { type SqliteEngine, toCells } from '@persql/session-core/sqlite'
import { bindBigints } from './bind-bigints.ts'
import type { SqlJsDatabase } from './sql-js.ts'
import { StatementCache } from './statement-cache.ts'

const COUNTERS = 'SELECT total_changes(), last_insert_rowid()'
/** As statements: a table of a user goes before a function of its name, such as `pragma_schema_version`. */
const VERSION = [
  'SELECT total_changes()',
  'PRAGMA schema_version',
  'PRAGMA user_version',
  'PRAGMA application_id',
]

/** One open sql.js database, which can make room for another one. */
export class SqlJsEngine implements SqliteEngine {
  readonly #isOwner: boolean
  #database: SqlJsDatabase
  #statements: StatementCache

  constructor(database: SqlJsDatabase, isOwner: boolean) {
    this.#isOwner = isOwner
    this.#database = database
    this.#statements = new StatementCache(database)
  }

  configure(): void {
    this.#database.run('PRAGMA foreign_keys = on')
  }

  run(sql: string, params: readonly SqlValue[], readOnly: boolean): SqlResult {
    if (!readOnly) return this.#run(sql, params)
    const [[before] = []] = this.#run('PRAGMA query_only', []).rows
    this.#database.run('PRAGMA query_only = true')
    try {
      return this.#run(sql, params)
    } finally {
      this.#database.run(`PRAGMA query_only = ${before}`)
    }
  }

  #run(sql: string, params: readonly SqlValue[]): SqlResult {
    const bound = bindBigints(sql, params)
    const { statement, returnsRows } = this.#statements.get(bound.sql, bound.params.length)
    const before = returnsRows ? undefined : this.#counters()
    const rows: unknown[][] = []
    try {
      statement.bind(bound.params)
      while (statement.step()) rows.push(statement.get(null, { useBigInt: true }))
      if (returnsRows) return { columns: statement.getColumnNames(), rows: toCells(rows) }
    } finally {
      statement.reset()
    }
    const { total, rowid } = this.#counters()
    // sql.js tells the changes of the last statement that made any.
    const changes = total === before?.total ? 0 : this.#database.getRowsModified()
    return { columns: [], rows: [], changes, lastInsertRowid: rowid }
  }

  inTransaction(): boolean {
    try {
      this.#database.run('BEGIN')
    } catch (error) {
      if (/within a transaction/.test(String(error))) return true
      throw error
    }
    this.#database.run('ROLLBACK')
    return false
  }

  /** The bytes of the database. */
  image(): Uint8Array {
    return this.#database.export()
  }

  /** Another text after each change of what the image holds. */
  version(): string {
    return String(VERSION.map((sql) => this.#run(sql, []).rows))
  }

  /** Goes on with another database. Where that cannot be opened, nothing works any more, rather than the old one. */
  replace(open: () => SqlJsDatabase): void {
    this.close()
    this.#database = open()
    this.#statements = new StatementCache(this.#database)
    this.configure()
  }

  close(): void {
    this.#statements.clear()
    if (this.#isOwner) this.#database.close()
  }

  #counters() {
    const [[total, rowid] = []] = this.#run(COUNTERS, []).rows
    return { total, rowid: rowid as number | bigint }
  }
}
