import { Agent, run } from '@openai/agents'
import { injectMemory, memoryTools, openMemory } from '@persql/context'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { chooseModel } from './remembering-model.ts'

// One conversation of one turn, in a process of its own: node turn.ts <file> <message>
const [, , file = 'memory.db', message = 'Hello'] = process.argv

const driver = betterSqlite3Driver(file)
const memory = openMemory(driver, { source: 'assistant' })
const agent = new Agent({
  name: 'Assistant',
  instructions: injectMemory(
    'Remember what the user tells you about themselves. Look it up before you answer. Answer in one short sentence.',
    memory,
    { tokenBudget: 500 },
  ),
  tools: [...memoryTools(memory)],
  ...chooseModel(),
})

const { finalOutput } = await run(agent, message)
console.log(`process ${process.pid}   user: ${message}\n${' '.repeat(14)}agent: ${finalOutput}`)

await driver.close()
