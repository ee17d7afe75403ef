import assert from 'node:assert/strict'
import process from 'node:process'
import { Agent, run, setTracingDisabled } from '@openai/agents'
import { assistantMessage, modelResponder, ScriptedModel } from '@openai/agents-core/testing'
import { PerSQLSession } from '@persql/openai-agents'

// Runs a conversation of two turns on each of the drivers that are named.

const DATABASES = {
  async 'better-sqlite3'() {
    const { betterSqlite3Driver } = await import('@persql/driver-better-sqlite3')
    return betterSqlite3Driver('agents.db')
  },
  async 'sql.js'() {
    const { fileStorage, sqlJsDriver } = await import('@persql/driver-sqljs')
    return sqlJsDriver({ storage: fileStorage('image.db') })
  },
  async kysely() {
    const { default: Database } = await import('better-sqlite3')
    const { Kysely, SqliteDialect } = await import('kysely')
    const { kyselyDriver } = await import('@persql/kysely')
    return kyselyDriver(new Kysely({ dialect: new SqliteDialect({ database: new Database(':memory:') }) }))
  },
  async 'persql, local mode'() {
    const { PerSQL } = await import('@persql/sdk')
    return new PerSQL({ local: ':memory:' }).database('acme/agents')
  },
  async persql() {
    const { PerSQL } = await import('@persql/sdk')
    const { persqlDriver } = await import('@persql/driver-persql')
    return persqlDriver(new PerSQL({ token: process.env.PERSQL_TOKEN }).database('acme/agents'))
  },
}

setTracingDisabled(true)
const [sessionId, ...names] = process.argv.slice(2)
for (const name of names) {
  const session = new PerSQLSession(sessionId, await DATABASES[name]())
  const model = new ScriptedModel()
  const agent = new Agent({ name: 'agent', model })
  for (const turn of [1, 2]) {
    model.enqueue(modelResponder(({ request }) => [assistantMessage(`${request.input.length} items`)]))
    const { finalOutput } = await run(agent, 'hello', { session })
    assert.equal(finalOutput, `${turn * 2 - 1} items`)
  }
  assert.equal((await session.getItems()).length, 4)
  console.log(name)
}
process.exit()
