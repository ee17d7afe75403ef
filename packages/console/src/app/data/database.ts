import type { DescribeResponse, PerSQLDatabase, SqlValue } from '@persql/sdk'
import {
  dialectOf,
  type SessionDialect,
  type SessionTableNames,
  withDefaultNames,
} from '@persql/session-core'
import { type RawBuilder, sql } from 'kysely'

/** A database that is shown, with what it holds. */
export interface Database {
  readonly handle: PerSQLDatabase
  readonly slug: string
  readonly dialect: SessionDialect
  readonly description: DescribeResponse
  /** Nothing where no session was ever stored. */
  readonly sessions: SessionTables | undefined
  /** The names of the same tables as they are. */
  readonly tableNames: SessionTableNames | undefined
  /** Whether there are the tables of runs. */
  readonly hasRuns: boolean
  /** Whether there is the table of what was used of models. */
  readonly hasUsage: boolean
}

/** Names as SQL has them, without quotes where they need none. */
export interface SessionTables {
  readonly sessions: string
  readonly messages: string
}

const RUN_TABLES = ['agent_runs', 'agent_run_steps', 'agent_run_approvals']

export type Rows = readonly (readonly SqlValue[])[]

export type Query = RawBuilder<unknown>

export async function openDatabase(handle: PerSQLDatabase, signal: AbortSignal): Promise<Database> {
  const description = await handle.describe({ signal })
  const dialect = dialectOf(handle.sqlDialect)
  const names = findSessionTables(description)
  const sessions = names && {
    sessions: quoteName(names.sessionsTable, dialect),
    messages: quoteName(names.messagesTable, dialect),
  }
  const hasRuns = RUN_TABLES.every((name) => description.tables.some(({ table }) => table === name))
  const usage = `${names?.sessionsTable}_usage`
  const hasUsage = names !== undefined && description.tables.some(({ table }) => table === usage)
  return { handle, slug: handle.name, dialect, description, sessions, tableNames: names, hasRuns, hasUsage }
}

/** The rows of each query, of one moment. Nothing can be changed this way. */
export async function read(
  { handle, dialect }: Database,
  queries: readonly Query[],
  signal?: AbortSignal,
): Promise<Rows[]> {
  const builder = dialect.builder()
  const statements = queries.map((query) => {
    const { sql, parameters } = query.compile(builder)
    return { sql, params: parameters as SqlValue[] }
  })
  const results = await handle.batch(statements, { transaction: true, readOnly: true, signal })
  return results.map(({ rows }) => rows)
}

/** The session tables, for queries. */
export function tablesOf({ tableNames, dialect }: Database) {
  const { sessionsTable, messagesTable } = withDefaultNames(tableNames)
  return {
    sessions: sql.raw(quoteName(sessionsTable, dialect)),
    messages: sql.raw(quoteName(messagesTable, dialect)),
  }
}

/** As SQL has it; where there are schemas, a name may say its own. */
export function quoteName(name: string, { hasSchemas }: SessionDialect): string {
  if (!hasSchemas) return quoteWord(name)
  // What PostgreSQL finds in no quotes, it takes for lower case.
  return name
    .split('.')
    .map((word) => (/[A-Z]/.test(word) ? `"${word.replaceAll('"', '""')}"` : quoteWord(word)))
    .join('.')
}

/** No keyword has such a form, so names that have it read better without quotes. */
function quoteWord(word: string): string {
  if (/^[A-Za-z]+(_[A-Za-z0-9]+)+$/.test(word) && !/^current_/i.test(word)) return word
  return `"${word.replaceAll('"', '""')}"`
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
