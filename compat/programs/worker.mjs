import { Agent, run, setTracingDisabled } from '@openai/agents'
import { assistantMessage, modelResponder, ScriptedModel } from '@openai/agents-core/testing'
import { persqlDriver } from '@persql/driver-persql'
import { PerSQLSession } from '@persql/openai-agents'
import { PerSQL } from '@persql/sdk'

// A conversation of two turns for each request.

export default {
  async fetch(request, { PERSQL_API_URL, PERSQL_TOKEN }) {
    setTracingDisabled(true)
    const client = new PerSQL({ baseURL: PERSQL_API_URL, token: PERSQL_TOKEN })
    const { pathname } = new URL(request.url)
    const session = new PerSQLSession(pathname.slice(1), persqlDriver(client.database('acme/agents')))
    const model = new ScriptedModel()
    const agent = new Agent({ name: 'agent', model })
    const answers = []
    for (let turn = 0; turn < 2; turn++) {
      model.enqueue(modelResponder(({ request }) => [assistantMessage(`${request.input.length} items`)]))
      answers.push((await run(agent, 'hello', { session })).finalOutput)
    }
    return Response.json(answers)
  },
}
