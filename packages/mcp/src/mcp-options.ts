import type { PerSQL, PerSQLDatabase } from '@persql/sdk'
import type { SessionTableNames } from '@persql/session-core'

/** What the tools work on. */
export interface McpOptions extends SessionTableNames {
  /** The database with this slug. Rejects with a `PerSQLError` where there is none; never makes one. */
  readonly database: (slug: string) => Promise<PerSQLDatabase>
  /** The database of calls that name none. Default: every call names one. */
  readonly defaultDatabase?: string | undefined
  /** Adds the tools for databases, branches and usage. */
  readonly client?: PerSQL | undefined
  /** Leaves out the tools that write. Default: false. */
  readonly readOnly?: boolean | undefined
}
