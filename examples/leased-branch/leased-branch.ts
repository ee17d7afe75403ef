import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chooseModel } from '@examples/offline-model'
import { Agent, run } from '@openai/agents'
import { PerSQLSession } from '@persql/openai-agents'
import { PerSQL, type PerSQLDatabase } from '@persql/sdk'
import { createServer } from '@persql/server'

// An agent works in a leased branch: a copy without rows, and a token that reaches nothing else.
const MINUTE = 60_000
let minutesLater = 0
const data = mkdtempSync(join(tmpdir(), 'leased-branch-'))
const now = () => Date.now() + minutesLater * MINUTE
const server = await createServer({ data, port: 0, namespace: 'acme', now })
const persql = new PerSQL({ token: server.adminToken, baseURL: server.url })

const agent = new Agent({ name: 'Assistant', ...chooseModel() })

async function say(database: PerSQLDatabase, message: string) {
  const session = new PerSQLSession('user-42', database)
  const { finalOutput } = await run(agent, message, { session })
  console.log(`     user: ${message}\n    agent: ${finalOutput}`)
}

async function look(whose: string, database: PerSQLDatabase) {
  const answer = await database.query('select count(*) as items from agent_messages').then(
    ({ data }) => `${data[0]?.['items']} items`,
    ({ status, message }) => `${status} ${message}`,
  )
  console.log(`  ${whose}: ${answer}`)
}

const main = persql.database('acme/main')
console.log('In the database "main":')
await say(main, 'My favourite colour is teal.')

const lease = await main.branches.claim({ ref: 'run-7', ttlSec: 10 * 60 })
const leased = new PerSQL({ token: lease.token, baseURL: server.url })
const branch = leased.database(lease.namespaceSlug, lease.databaseSlug)
console.log(`In its branch "${lease.branchRef}", leased for ten minutes:`)
await say(branch, 'What is my favourite colour?')
await say(branch, 'My favourite colour is red.')

async function lookAround() {
  await look('the branch with the leased token', branch)
  await look('the branch with the token of main', persql.database('acme', lease.databaseSlug))
  await look('main with the leased token', leased.database('acme/main'))
  await look('main with its own token', main)
  console.log(
    `  branches: ${(await main.branches.list()).map(({ branchRef }) => branchRef).join() || 'none'}`,
  )
}

console.log('Who sees what?')
await lookAround()
minutesLater = 10
console.log('Ten minutes later, by the clock of the server:')
await lookAround()

await server.close()
rmSync(data, { recursive: true })
