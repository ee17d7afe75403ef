import { chooseModel } from '@examples/offline-model'
import { Agent, run } from '@openai/agents'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { PerSQLSession } from '@persql/openai-agents'

// One turn of a conversation, in a process of its own: node turn.ts <file> <message>
const [, , file = 'agents.db', message = 'Hello'] = process.argv

const driver = betterSqlite3Driver(file)
const session = new PerSQLSession('user-42', driver)
const agent = new Agent({
  name: 'Assistant',
  instructions: 'Answer in one short sentence.',
  ...chooseModel(),
})

const { finalOutput } = await run(agent, message, { session })
console.log(`process ${process.pid}   user: ${message}\n${' '.repeat(14)}agent: ${finalOutput}`)

await driver.close()
