import { chooseModel } from '@examples/offline-model'
import { Agent, run } from '@openai/agents'
import { PerSQLSession } from '@persql/openai-agents'

// One turn of a conversation, kept where the environment says: node turn.ts <message>
const [, , message = 'Hello'] = process.argv

await using session = await PerSQLSession.fromEnv('user-42')
const agent = new Agent({
  name: 'Assistant',
  instructions: 'Answer in one short sentence.',
  ...chooseModel(),
})

const { finalOutput } = await run(agent, message, { session })
console.log(`  TypeScript   user: ${message}\n              agent: ${finalOutput}`)
