import { Agent, run, setTracingDisabled } from '@openai/agents'
import { assistantMessage, modelResponder, ScriptedModel } from '@openai/agents-core/testing'
import { persqlDriver } from '@persql/driver-persql'
import { indexedDbStorage, sqlJsDriver } from '@persql/driver-sqljs'
import { PerSQLSession } from '@persql/openai-agents'
import { PerSQL } from '@persql/sdk'
import wasm from 'sql.js/dist/sql-wasm-browser.wasm?url'

// Runs a conversation of two turns on each driver that a browser can load, and shows the answers.

const token = new URLSearchParams(location.search).get('token')
const drivers = {
  'sql.js': sqlJsDriver({ storage: indexedDbStorage('page'), sqlJs: { locateFile: () => wasm } }),
  persql: persqlDriver(new PerSQL({ token, baseURL: location.origin }).database('acme/agents')),
}

setTracingDisabled(true)
const answers = {}
for (const [name, driver] of Object.entries(drivers)) {
  const session = new PerSQLSession('in-chromium', driver)
  const model = new ScriptedModel()
  const agent = new Agent({ name: 'agent', model })
  answers[name] = []
  for (let turn = 0; turn < 2; turn++) {
    model.enqueue(modelResponder(({ request }) => [assistantMessage(`${request.input.length} items`)]))
    answers[name].push((await run(agent, 'hello', { session })).finalOutput)
  }
}
document.body.append(Object.assign(document.createElement('output'), { value: JSON.stringify(answers) }))
