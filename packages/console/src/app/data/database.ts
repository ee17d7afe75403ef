import type { DescribeResponse, PerSQLDatabase, SqlValue } from '@persql/sdk'
import type { SessionTableNames } from '@persql/session-core'

/** A database that is shown, with what it holds. */
export interface Database {
  readonly handle: PerSQLDatabase
  readonly slug: string
  readonly description: DescribeResponse
  /** Nothing where no session was ever stored. */
  readonly sessions: SessionTables | undefined
  /** The names of the same tables as they are. */
  readonly tableNames: SessionTableNames | undefined
  /** Whether there are the tables of runs. */
  readonly hasRuns: boolean
}

/** Names as SQL has them. */
export interface SessionTables {
  readonly sessions: string
  readonly messages: string
}

const RUN_TABLES = ['agent_runs', 'agent_run_steps', 'agent_run_approvals']

export type Rows = readonly (readonly SqlValue[])[]

export interface Statement {
  readonly sql: string
  readonly params?: readonly SqlValue[]
}

export async function openDatabase(handle: PerSQLDatabase, signal: AbortSignal): Promise<Database> {
  const description = await handle.describe({ signal })
  const names = findSessionTables(description)
  const sessions = names && {
    sessions: quoteName(names.sessionsTable),
    messages: quoteName(names.messagesTable),
  }
  const hasRuns = RUN_TABLES.every((name) => description.tables.some(({ table }) => table === name))
  return { handle, slug: handle.name, description, sessions, tableNames: names, hasRuns }
}

/** The rows of each statement, of one moment. Nothing can be changed this way. */
export async function read(
  handle: PerSQLDatabase,
  statements: readonly Statement[],
  signal?: AbortSignal,
): Promise<Rows[]> {
  const results = await handle.batch(statements, { transaction: true, readOnly: true, signal })
  return results.map(({ rows }) => rows)
}

/** As SQL has it. No keyword has such a form, so names that have it read better without quotes. */
export function quoteName(name: string): string {
  if (/^[A-Za-z]+(_[A-Za-z0-9]+)+$/.test(name) && !/^current_/i.test(name)) return name
  return `"${name.replaceAll('"', '""')}"`
}

/** The tables with the columns of the layout; those with the default names where there are several. */
function findSessionTables({
  tables,
}: DescribeResponse): { sessionsTable: string; messagesTable: string } | undefined {
  const having = (preferred: string, columns: readonly string[]) => {
    const found = tables.filter((table) =>
      columns.every((column) => table.columns.some(({ name }) => name === column)),
    )
    return (found.find(({ table }) => table === preferred) ?? found[0])?.table
  }
  const messagesTable = having('agent_messages', ['id', 'session_id', 'message_data', 'created_at'])
  const sessionsTable = having('agent_sessions', ['session_id', 'created_at', 'updated_at'])
  if (messagesTable === undefined || sessionsTable === undefined) return undefined
  return { sessionsTable, messagesTable }
}
