import type { PerSQL, PerSQLDatabase } from '@persql/sdk'
import type { SessionTableNames, SqlDriver } from '@persql/session-core'

/** What the tools work on. */
export interface McpOptions extends SessionTableNames {
  /** The database with this slug. Rejects with a `PerSQLError` where there is none; never makes one. */
  readonly database: (slug: string) => Promise<PerSQLDatabase>
  /** A driver of the database with this slug for its memory, rejecting as `database` does. Default: its handle is used. */
  readonly memoryDriver?: ((slug: string) => Promise<SqlDriver>) | undefined
  /** The database of calls that name none. Default: every call names one. */
  readonly defaultDatabase?: string | undefined
  /** What SQL the databases speak. Default: that of SQLite. */
  readonly dialect?: 'sqlite' | 'postgres' | undefined
  /** The client by which the tools for databases, branches and usage work. Default: there are no such tools. */
  readonly client?: PerSQL | undefined
  /** Whether the tools that write are left out. Default: false. */
  readonly readOnly?: boolean | undefined
}
