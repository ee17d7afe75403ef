import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chooseModel } from '@examples/offline-model'
import { Agent, MCPServerStreamableHttp, run } from '@openai/agents'
import { PerSQLSession } from '@persql/openai-agents'
import { PerSQL } from '@persql/sdk'
import { createServer } from '@persql/server'
import { chooseAnalyst } from './analyst-model.ts'

// One agent asks, in SQL and through MCP, what other agents have been doing.
const data = mkdtempSync(join(tmpdir(), 'mcp-'))
const server = await createServer({ data, port: 0, namespace: 'acme' })
const persql = new PerSQL({ token: server.adminToken, baseURL: server.url })
const main = persql.database('acme/main')

const assistant = new Agent({ name: 'Assistant', ...chooseModel() })
for (const [user, turns] of [
  ['ada', 3],
  ['grace', 1],
  ['linus', 2],
] as const) {
  const session = new PerSQLSession(user, main)
  for (let turn = 0; turn < turns; turn++) await run(assistant, `My number is ${turn}.`, { session })
}
// All of that was yesterday. Today there is one short session.
await main.query(`update agent_messages set created_at = datetime(created_at, '-1 day')`)
await run(assistant, 'My number is 7.', { session: new PerSQLSession('alan', main) })

const { token } = await persql.tokens.create('analyst', { role: 'readonly' })
const mcpServer = new MCPServerStreamableHttp({
  name: 'persql',
  url: `${server.url}/mcp`,
  requestInit: { headers: { authorization: `Bearer ${token}` } },
})
await mcpServer.connect()

const analyst = new Agent({
  name: 'Analyst',
  instructions: 'You answer questions about the agent sessions in the database "main". Times are in UTC.',
  mcpServers: [mcpServer],
  ...chooseAnalyst(),
})
const question = 'Which sessions were busiest yesterday?'
const { newItems, finalOutput } = await run(analyst, question)

console.log(`user: ${question}`)
for (const { rawItem } of newItems) {
  if (rawItem?.type === 'function_call') console.log(`tool: ${rawItem.name} ${rawItem.arguments}`)
}
console.log(`agent: ${finalOutput}`)

await mcpServer.close()
await server.close()
rmSync(data, { recursive: true })
