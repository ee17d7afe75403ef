import { join } from 'node:path'
import { chooseModel } from '@examples/offline-model'
import { Agent, run } from '@openai/agents'
import { fileStorage, sqlJsDriver } from '@persql/driver-sqljs'
import { PerSQLSession } from '@persql/openai-agents'

// SQLite in WebAssembly, without native code. Run it again: the conversation goes on.
const file = process.env['SQLJS_DATABASE'] ?? join(import.meta.dirname, 'agents.db')
const driver = sqlJsDriver({ storage: fileStorage(file) })
const session = new PerSQLSession('user-42', driver)
const agent = new Agent({ name: 'Assistant', ...chooseModel() })

const { finalOutput } = await run(agent, 'What is my favourite colour?', { session })
console.log(finalOutput)
await run(agent, 'My favourite colour is teal.', { session })
console.log(`${(await session.getItems()).length} items so far`)

await driver.close()
