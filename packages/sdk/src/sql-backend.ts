import type { BatchOptions, CallOptions, QueryOptions } from './call-options.ts'
import type { LocalSqlDriver } from './local/local-driver.ts'
import type {
  DescribeResponse,
  ExplainResponse,
  SchemaResponse,
  TablesResponse,
  ValidateResponse,
} from './protocol/index.ts'
import type { QueryResult } from './remote/query-result.ts'

/** What SQL takes as a parameter. Booleans are stored as 1 and 0. */
export type SqlParam = null | string | number | bigint | boolean | Uint8Array

/** A statement with its parameters. */
export interface Statement {
  /** The text of one statement. */
  readonly sql: string
  /** Values for the `?` placeholders, in order. */
  readonly params?: readonly SqlParam[] | undefined
}

/** Where the SQL of a database handle runs: behind the API, or in this process. */
export interface SqlBackend {
  readonly dialect: 'sqlite' | 'postgres'
  /** What runs its SQL in this process. */
  readonly driver?: LocalSqlDriver
  query(statement: Statement, options: QueryOptions): Promise<QueryResult>
  /** At least one statement, and no more than the limit. */
  batch(statements: readonly Statement[], options: BatchOptions): Promise<QueryResult[]>
  explain(statement: Statement, options: CallOptions): Promise<ExplainResponse>
  validate(statement: Statement, options: CallOptions): Promise<ValidateResponse>
  tables(options: CallOptions): Promise<TablesResponse>
  describe(options: CallOptions): Promise<DescribeResponse>
  schema(options: CallOptions): Promise<SchemaResponse>
}
