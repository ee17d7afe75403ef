import type { SqlDriver } from '@persql/session-core'

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
  const partsOf = (table: string) => ({
    sql: 'select name, (select type from sqlite_master where lower(name) = lower(?)) from pragma_table_info(?)',
    params: [table, table],
  })
  const results = await driver.batch([partsOf(sessionsTable), partsOf(messagesTable)], { readOnly: true })
  const [inSessions = [], inMessages = []] = results.map(({ rows }) => rows)
  return {
    missing: [
      ...missingFrom(sessionsTable, COLUMNS.sessions, inSessions),
      ...missingFrom(messagesTable, COLUMNS.messages, inMessages),
    ],
    isEmpty: inSessions.length + inMessages.length === 0,
  }
}

function missingFrom(
  table: string,
  wanted: readonly string[],
  found: readonly (readonly unknown[])[],
): string[] {
  if (found.length === 0) return [`table ${table}`]
  if (found[0]?.[1] === 'view') return [`table ${table} (it is a view)`]
  const names = new Set(found.map(([name]) => String(name).toLowerCase()))
  return wanted.filter((name) => !names.has(name)).map((name) => `column ${table}.${name}`)
}
