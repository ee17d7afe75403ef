import { type SessionTables, type SqlResult, statementBuilder } from '@persql/session-core'
import type { Database } from './database.ts'

interface Compilable {
  compile(): { readonly sql: string; readonly parameters: readonly unknown[] }
}

/** Typed queries on the session tables, whatever the user calls them. */
export function sessionQueries({ driver, tables }: Database) {
  return {
    db: statementBuilder<SessionTables>(driver.dialect === 'postgres' ? 'postgres' : 'sqlite'),
    sessions: tables.sessionsTable as 'agent_sessions',
    messages: tables.messagesTable as 'agent_messages',
  }
}

/** Runs the queries at one moment, in one round trip. */
export function readAll({ driver }: Database, queries: readonly Compilable[]): Promise<SqlResult[]> {
  return driver.batch(
    queries.map((query) => {
      const { sql, parameters } = query.compile()
      return { sql, params: parameters as [] }
    }),
    { readOnly: true },
  )
}
