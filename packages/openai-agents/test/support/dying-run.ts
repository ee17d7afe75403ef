import { Agent, run, setTracingDisabled, tool } from '@openai/agents'
import { functionCall, ScriptedModel } from '@openai/agents-core/testing'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { z } from 'zod'
import { PerSQLSession } from '../../src/index.ts'

/** A run whose process ends in the middle, in its second tool. */
const [, , path, kind] = process.argv
setTracingDisabled(true)
const tools = ['first', 'second'].map((name) =>
  tool({
    name,
    description: 'Does something.',
    parameters: z.object({}),
    execute: async () => {
      if (name === 'second') process.kill(process.pid, 'SIGKILL')
      return 'done'
    },
  }),
)
const model = new ScriptedModel(['first', 'second'].map((name) => [functionCall(name, {}, { callId: name })]))
const agent = new Agent({ name: 'Tester', model, tools })
const session = new PerSQLSession('s', betterSqlite3Driver(path!))
if (kind === 'streamed') await (await run(agent, 'hi', { session, stream: true })).completed
else await run(agent, 'hi', { session })
