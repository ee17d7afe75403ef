import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chooseModel } from '@examples/offline-model'
import { Agent, run } from '@openai/agents'
import { PerSQLSession } from '@persql/openai-agents'
import { PerSQL } from '@persql/sdk'
import { createServer } from '@persql/server'

// A run of an agent gets a database of its own, which goes by itself when its time is over.
const HOUR = 3_600_000
let hoursLater = 0
const data = mkdtempSync(join(tmpdir(), 'database-per-run-'))
const now = () => Date.now() + hoursLater * HOUR
const server = await createServer({ data, port: 0, namespace: 'acme', now, sweepInterval: 0 })
const persql = new PerSQL({ token: server.adminToken, baseURL: server.url })

const { slug } = await persql.databases.create('Run 7', { ttlDays: 0.25 })
const db = persql.database('acme', slug)

const session = new PerSQLSession('run', db)
const agent = new Agent({ name: 'Assistant', ...chooseModel() })
await run(agent, 'My order number is 4711.', { session })
await run(agent, 'What is my order number?', { session })

console.log(`What was said in the database "${slug}"?`)
const said = await db.query(`
  select id, message_data ->> '$.role' as role,
    coalesce(message_data ->> '$.content[0].text', message_data ->> '$.content') as text
  from agent_messages order by id`)
console.table(said.data)

async function look() {
  const slugs = (await persql.databases.list()).map(({ slug }) => slug)
  const files = readdirSync(join(data, 'databases')).filter((name) => name.endsWith('.sqlite'))
  const answer = await db.query('select count(*) as items from agent_messages').then(
    ({ data }) => `${data[0]?.['items']} items`,
    ({ status, message }) => `${status} ${message}`,
  )
  console.log(`  databases: ${slugs.join() || 'none'}, files: ${files.length}, a query: ${answer}`)
}

console.log('It lives for a quarter of a day. Now:')
await look()
hoursLater = 6
console.log('Six hours later, by the clock of the server:')
await look()
await server.sweep()
console.log('After the next sweep, by default once a minute:')
await look()

await server.close()
rmSync(data, { recursive: true })
