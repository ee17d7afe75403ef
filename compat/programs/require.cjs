const { betterSqlite3Driver } = require('@persql/driver-better-sqlite3')
const { persqlDriver } = require('@persql/driver-persql')
const { sqlJsDriver } = require('@persql/driver-sqljs')
const { kyselyDriver, PerSQLDialect } = require('@persql/kysely')
const { PerSQLSession } = require('@persql/openai-agents')
const { PerSQL } = require('@persql/sdk')
const { ROUTES } = require('@persql/sdk/protocol')
const { createServer } = require('@persql/server')
const { SessionStore } = require('@persql/session-core')
const { sqliteDriver } = require('@persql/session-core/sqlite')

const exported = [
  betterSqlite3Driver,
  persqlDriver,
  sqlJsDriver,
  kyselyDriver,
  PerSQLDialect,
  PerSQLSession,
  PerSQL,
  createServer,
  SessionStore,
  sqliteDriver,
]
if (!ROUTES || exported.some((value) => typeof value !== 'function')) process.exit(1)

async function main() {
  for (const driver of [betterSqlite3Driver(':memory:'), sqlJsDriver()]) {
    const session = new PerSQLSession('user-42', driver)
    await session.addItems([{ role: 'user', content: 'hello' }])
    console.log((await session.getItems()).length)
  }
}
main()
