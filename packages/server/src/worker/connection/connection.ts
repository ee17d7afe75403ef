import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { quoteName } from '@persql/sdk/sqlite'
import type { WorkerLimits } from '../wire/job.ts'
import { Authorizer } from './authorizer.ts'
import { foldCase, type Policy } from './policy.ts'
import { PreparedStatement } from './prepared-statement.ts'

const STATEMENTS = 256
const LONGEST_KEPT = 16_384
/** A large change leaves a log as large; SQLite shortens it when the log begins anew. */
const LOG_BYTES = 16 * 1024 * 1024
/** For a lock that a killed process still holds for a moment; nobody else uses the file. */
const BUSY_TIMEOUT = 5000

export interface TableEntry {
  /** As it was written. */
  readonly name: string
  readonly type: 'table' | 'view' | 'virtual' | 'shadow'
}

/**
 * A database, opened for one policy. Nothing prepared for one policy serves another one: that includes what virtual
 * tables prepare for themselves.
 */
export class Connection {
  readonly database: DatabaseSync
  readonly authorizer: Authorizer
  /** Whether the table of idempotency records is known to exist. */
  hasRecords = false
  /** Whether there may be records as former versions of the server kept them. */
  hasFormerRecords = true
  /** Whether the policy allows no writes. */
  readonly isReadOnly: boolean

  readonly #readsSchemaVersion: boolean
  readonly #statements = new Map<string, PreparedStatement>()
  readonly #serverStatements = new Map<string, StatementSync>()
  #schemaVersion = -1

  /** `isAlone`: keeps the index of the log in memory, and everybody else out until it is closed. */
  constructor(file: string, policy: Policy, limits: WorkerLimits, isAlone = false) {
    this.database = new DatabaseSync(file, {
      timeout: BUSY_TIMEOUT,
      enableForeignKeyConstraints: true,
      enableDoubleQuotedStringLiterals: false,
      allowExtension: false,
      defensive: true,
      limits: {
        attach: 0,
        length: limits.valueBytes,
        sqlLength: limits.sqlBytes,
        variableNumber: limits.params,
      },
    })
    this.authorizer = new Authorizer(policy)
    this.isReadOnly = policy.role === 'readonly'
    this.#readsSchemaVersion = policy.role !== 'admin' || policy.tables !== undefined
    try {
      if (isAlone) this.database.exec('pragma locking_mode = exclusive')
      this.database.exec(
        `pragma journal_mode = wal; pragma synchronous = full; pragma trusted_schema = off;
        pragma journal_size_limit = ${LOG_BYTES}`,
      )
      const [pageSize] = this.prepareForServer('pragma page_size').get() as unknown as [number]
      this.database.exec(
        `pragma max_page_count = ${Math.max(1, Math.floor(limits.databaseBytes / pageSize))}`,
      )
      // SQLite itself refuses then whatever would write, also within what seems to read.
      if (this.isReadOnly) this.database.exec('pragma query_only = on')
      this.database.setAuthorizer(this.authorizer.callback)
    } catch (error) {
      this.database.close()
      throw error
    }
  }

  /** Looks again at the schema where the policy depends on it. Before each call; others may have changed it. */
  refresh(): void {
    this.authorizer.refusal = undefined
    if (!this.#readsSchemaVersion) return
    const [version] = this.prepareForServer('pragma schema_version').get() as unknown as [number]
    if (version === this.#schemaVersion) return
    const tables = this.tables()
    this.authorizer.tables = new Set(tables.map(({ name }) => foldCase(name)))
    const shadows = tables.filter(({ type }) => type === 'shadow')
    this.authorizer.shadowTables = new Set(shadows.map(({ name }) => foldCase(name)))
    this.#schemaVersion = version
  }

  /** A statement of a caller. Throws what SQLite or the policy has against it. */
  prepare(sql: string): PreparedStatement {
    const known = this.#statements.get(sql)
    if (known) return known
    const prepared = new PreparedStatement(this.database, this.authorizer, sql)
    if (sql.length > LONGEST_KEPT) return prepared
    this.#statements.set(sql, prepared)
    const [oldest] = this.#statements.keys()
    if (this.#statements.size > STATEMENTS && oldest !== undefined) this.#statements.delete(oldest)
    return prepared
  }

  /** Runs a statement that has no parameters and whose rows nobody wants, by the policy; keeps nothing of it. */
  run(sql: string): void {
    this.authorizer.refusal = undefined
    new PreparedStatement(this.database, this.authorizer, sql).statement.run()
  }

  /** To be called where a statement failed: `node:sqlite` would throw the same error again at its next use. */
  discard(sql: string): void {
    this.#statements.delete(sql)
  }

  /** A statement of the server, which no policy applies to; rows are arrays. Run it within {@link withoutPolicy}. */
  prepareForServer(sql: string): StatementSync {
    const known = this.#serverStatements.get(sql)
    if (known) return known
    const statement = this.withoutPolicy(() => this.database.prepare(sql))
    statement.setReturnArrays(true)
    this.#serverStatements.set(sql, statement)
    return statement
  }

  /** The rows of a statement of the server. It names tables with their schema, and no function that is like a table. */
  rowsForServer(sql: string, ...params: string[]): unknown[][] {
    return this.withoutPolicy(() => this.prepareForServer(sql).all(...params)) as unknown as unknown[][]
  }

  /**
   * What SQLite tells of the database. As a statement: a table or view of a caller goes before a function of its name,
   * such as `pragma_table_list`.
   */
  pragma(name: string, argument?: string): unknown[][] {
    const sql = `pragma main.${name}${argument === undefined ? '' : `(${quoteName(argument)})`}`
    return this.withoutPolicy(() => {
      const statement = this.database.prepare(sql)
      statement.setReturnArrays(true)
      return statement.all()
    }) as unknown as unknown[][]
  }

  /** All tables and views, those of SQLite and of the server included. */
  tables(): TableEntry[] {
    return this.pragma('table_list').map(([, name, type]) => ({ name, type }) as TableEntry)
  }

  /** Lets work of the server write, also where the policy only reads. Not within a transaction. */
  writing<T>(work: () => T): T {
    if (!this.isReadOnly) return work()
    const setQueryOnly = (value: 'on' | 'off') =>
      this.withoutPolicy(() => this.database.exec(`pragma query_only = ${value}`))
    setQueryOnly('off')
    try {
      return work()
    } finally {
      setQueryOnly('on')
    }
  }

  /** SQLite prepares statements again, and so asks the authorizer again, where the schema has changed. */
  withoutPolicy<T>(work: () => T): T {
    const { authorizer } = this
    const before = authorizer.ignoresPolicy
    authorizer.ignoresPolicy = true
    try {
      return work()
    } finally {
      authorizer.ignoresPolicy = before
    }
  }

  close(): void {
    this.database.close()
  }
}
