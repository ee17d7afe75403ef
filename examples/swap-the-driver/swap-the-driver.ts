import { chooseModel } from '@examples/offline-model'
import { Agent, run } from '@openai/agents'
import { PerSQLSession } from '@persql/openai-agents'

// The environment decides where the conversation lives; the program stays the same:
//   PERSQL_DATABASE=:memory:             gone with the process
//   PERSQL_DATABASE=file:agents.db       a SQLite file
//   PERSQL_DATABASE=sqljs:agents.image   a file, without native code
process.env['PERSQL_DATABASE'] ||= ':memory:'

await using session = await PerSQLSession.fromEnv('user-42')
const agent = new Agent({ name: 'Assistant', ...chooseModel() })

await run(agent, 'My favourite colour is teal.', { session })
const { finalOutput } = await run(agent, 'What is my favourite colour?', { session })
console.log(`${process.env['PERSQL_DATABASE']}: ${finalOutput}`)
console.log(`${(await session.getItems()).length} items`)
