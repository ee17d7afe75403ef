import type { BatchOptions, CallOptions, QueryOptions } from './call-options.ts'
import { type DrizzleCallback, drizzleCallback } from './drizzle-callback.ts'
import { PerSQLError } from './errors/persql-error.ts'
import type { LocalSqlDriver } from './local/local-driver.ts'
import {
  type DescribeResponse,
  type ExplainResponse,
  LIMITS,
  type SchemaResponse,
  type SqlValue,
  type TablesResponse,
  type ValidateResponse,
} from './protocol/index.ts'
import type { QueryResult } from './remote/query-result.ts'
import type { Branches } from './resources/branches.ts'
import type { SqlBackend, SqlParam, Statement } from './sql-backend.ts'

/** A handle on one database. It holds no connection: handles on the same database show the same data. */
export class PerSQLDatabase {
  /** The slug of the namespace that the handle was made with. */
  readonly namespace: string
  /** The slug, or the name of a branch, that the handle was made with. */
  readonly name: string
  /** The branches of this database. In local mode, their calls reject with code `local_mode`. */
  readonly branches: Branches
  /** What SQL the database speaks: that of SQLite, unless the client was told otherwise or a local driver speaks another. */
  readonly sqlDialect: 'sqlite' | 'postgres'
  /** In local mode, the driver of the one database, on which sessions run. Closing it closes nothing. */
  readonly sqlDriver: LocalSqlDriver | undefined
  readonly #backend: SqlBackend

  /** Made by `persql.database(…)`. */
  constructor(namespace: string, name: string, backend: SqlBackend, branches: Branches) {
    this.namespace = namespace
    this.name = name
    this.branches = branches
    this.sqlDialect = backend.dialect
    this.sqlDriver = backend.driver
    this.#backend = backend
  }

  /** Runs one statement, and resolves with its rows. Their type is what the caller says it is; nothing checks it. */
  async query<Row = Record<string, SqlValue>>(
    sql: string,
    params?: readonly SqlParam[],
    options: QueryOptions = {},
  ): Promise<QueryResult<Row>> {
    return (await this.#backend.query({ sql, params }, options)) as QueryResult<Row>
  }

  /**
   * Runs up to 100 statements in order in one request, and resolves with one result for each. Without `transaction`,
   * those before a failing one stay applied. No statements: no request.
   */
  async batch(statements: readonly Statement[], options: BatchOptions = {}): Promise<QueryResult[]> {
    if (statements.length === 0) return []
    if (statements.length > LIMITS.statements) {
      throw new PerSQLError('invalid_argument', `A batch has at most ${LIMITS.statements} statements.`)
    }
    return this.#backend.batch(statements, options)
  }

  /** Runs up to 100 statements in order in one request, all of them or none, and resolves with one result for each. */
  async transaction(statements: readonly Statement[], options: QueryOptions = {}): Promise<QueryResult[]> {
    return this.batch(statements, { ...options, transaction: true })
  }

  /** Resolves with the plan of a statement, which is not run. */
  async explain(
    sql: string,
    params?: readonly SqlParam[],
    options: CallOptions = {},
  ): Promise<ExplainResponse> {
    return this.#backend.explain({ sql, params }, options)
  }

  /** Resolves with whether a statement would compile, and why not. The statement is not run. */
  async validate(
    sql: string,
    params?: readonly SqlParam[],
    options: CallOptions = {},
  ): Promise<ValidateResponse> {
    return this.#backend.validate({ sql, params }, options)
  }

  /** Resolves with the tables and their numbers of rows, by name. */
  async tables(options: CallOptions = {}): Promise<TablesResponse> {
    return this.#backend.tables(options)
  }

  /** Resolves with the tables, their columns, foreign keys and indexes. */
  async describe(options: CallOptions = {}): Promise<DescribeResponse> {
    return this.#backend.describe(options)
  }

  /** Resolves with the SQL of the tables, indexes, triggers and views, in the order in which they were made. */
  async schema(options: CallOptions = {}): Promise<SchemaResponse> {
    return this.#backend.schema(options)
  }

  /**
   * Makes what Drizzle needs, as in `drizzle(database.driver())` of `drizzle-orm/sqlite-proxy`. Each statement is one
   * request.
   */
  driver(): DrizzleCallback {
    return drizzleCallback(this)
  }
}
