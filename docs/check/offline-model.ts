import { type ModelRequest, setDefaultModelProvider, setTracingDisabled, Usage } from '@openai/agents'
import { assistantMessage, functionCall, modelResponder, ScriptedModel } from '@openai/agents-core/testing'

// Loaded before the code of a page, so that its agents work without a key: a model that calls the first tool that it is
// given, once, and then answers.
const model = new ScriptedModel()
let responses = 0
const respond = modelResponder(({ request }) => {
  model.enqueue(respond)
  responses += 1
  return {
    responseId: `resp_${responses}`,
    providerData: { model: 'gpt-5' },
    usage: new Usage({ requests: 1, inputTokens: 100, outputTokens: 10, totalTokens: 110 }),
    output: [callOf(request) ?? assistantMessage('Noted.')],
  }
})
model.enqueue(respond)

function callOf({ input, tools }: Readonly<ModelRequest>) {
  const tool = tools.find(({ type }) => type === 'function')
  const hasCalled = typeof input !== 'string' && input.at(-1)?.type === 'function_call_result'
  if (tool?.type !== 'function' || hasCalled) return undefined
  const { properties, required } = tool.parameters
  const args = (required ?? []).map((name) => [name, exampleOf(properties[name] as { type?: string })])
  return functionCall(tool.name, Object.fromEntries(args), { callId: `call_${responses}` })
}

function exampleOf({ type }: { readonly type?: string }): unknown {
  return type === 'number' || type === 'integer' ? 25 : 'Oslo'
}

setTracingDisabled(true)
setDefaultModelProvider({ getModel: () => model })
