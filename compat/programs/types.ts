import type { Session } from '@openai/agents'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { persqlDriver } from '@persql/driver-persql'
import { sqlJsDriver } from '@persql/driver-sqljs'
import { kyselyDriver, PerSQLDialect } from '@persql/kysely'
import { PerSQLSession } from '@persql/openai-agents'
import { PerSQL, type PerSQLDatabase } from '@persql/sdk'
import type { QueryRequest } from '@persql/sdk/protocol'
import { createServer } from '@persql/server'
import { SessionStore, type SqlDriver, type SqlResult } from '@persql/session-core'
import { sqliteDriver } from '@persql/session-core/sqlite'
import { describeSqlDriver } from '@persql/session-core/testing'
import { Kysely } from 'kysely'

// What a program in TypeScript writes.

const database: PerSQLDatabase = new PerSQL({ token: 'token' }).database('acme/agents')
export const sessions: Session[] = [
  new PerSQLSession('user-42', betterSqlite3Driver(':memory:', { synchronous: 'normal' })),
  new PerSQLSession('user-42', sqlJsDriver(), { window: { turns: 3 } }),
  new PerSQLSession('user-42', persqlDriver(database)),
  new PerSQLSession('user-42', database),
]
export const kysely = new Kysely<{ note: { body: string } }>({
  dialect: new PerSQLDialect({
    driver: kyselyDriver(new Kysely<object>({ dialect: new PerSQLDialect({ database }) })),
  }),
})
export const request: QueryRequest = { sql: 'select 1' }
export const store = new SessionStore<{ text: string }>(sqlJsDriver())

export async function count(driver: SqlDriver): Promise<number> {
  const [result]: SqlResult[] = await driver.batch([{ sql: 'select count(*) from agent_messages' }])
  return Number(result?.rows[0]?.[0])
}

export { createServer, describeSqlDriver, sqliteDriver }
