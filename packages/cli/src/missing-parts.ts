import { quoteName } from '@persql/sdk/sqlite'
import type { SqlDriver, SqlStatement } from '@persql/session-core'
import { quoteTable } from './quote-table.ts'

const COLUMNS = {
  sessions: ['session_id', 'created_at', 'updated_at'],
  messages: ['id', 'session_id', 'message_data', 'created_at'],
}

export interface SessionTablesOf {
  readonly driver: SqlDriver
  readonly tables: { readonly sessionsTable: string; readonly messagesTable: string }
}

/** The session tables and their columns that a database does not have; `isEmpty`: it has no part of them. */
export async function missingParts({
  driver,
  tables: { sessionsTable, messagesTable },
}: SessionTablesOf): Promise<{ missing: string[]; isEmpty: boolean }> {
  const tables = [sessionsTable, messagesTable]
  const statements = driver.dialect === 'postgres' ? tables.map(postgresColumns) : sqliteColumns(tables)
  const results = await driver.batch(statements, { readOnly: true })
  const [inSessions = [], inMessages = [], ...views] = results.map(({ rows }) => rows)
  const [areSessionsView, areMessagesView] = views.map((rows) => rows.length > 0)
  return {
    missing: [
      ...missingFrom(sessionsTable, COLUMNS.sessions, inSessions, areSessionsView),
      ...missingFrom(messagesTable, COLUMNS.messages, inMessages, areMessagesView),
    ],
    isEmpty: inSessions.length + inMessages.length === 0,
  }
}

// As statements: a view of somebody goes before a function of its name, such as `pragma_table_info`.
function sqliteColumns(tables: readonly string[]): SqlStatement[] {
  return [
    ...tables.map((table) => ({ sql: `pragma main.table_info(${quoteName(table)})` })),
    ...tables.map((table) => ({
      sql: "select 1 from main.sqlite_master where type = 'view' and lower(name) = lower(?)",
      params: [table],
    })),
  ]
}

function postgresColumns(table: string): SqlStatement {
  return {
    sql: `select attnum, attname from pg_attribute where attrelid = to_regclass($1) and attnum > 0 and not attisdropped`,
    params: [quoteTable(table)],
  }
}

function missingFrom(
  table: string,
  wanted: readonly string[],
  found: readonly (readonly unknown[])[],
  isView = false,
): string[] {
  if (found.length === 0) return [`table ${table}`]
  if (isView) return [`table ${table} (it is a view)`]
  const names = new Set(found.map(([, name]) => String(name).toLowerCase()))
  return wanted.filter((name) => !names.has(name)).map((name) => `column ${table}.${name}`)
}
