import { type AgentInputItem, type Model, setTracingDisabled } from '@openai/agents'
import { assistantMessage, functionCall, modelResponder, ScriptedModel } from '@openai/agents-core/testing'

/**
 * The model for the agent of this example: nothing, which means OpenAI's default model, where `OPENAI_API_KEY` is set;
 * otherwise an offline one. Told "my X is Y", it remembers that with its tool; asked "what is my X?", it answers with
 * what the tool recalls, and knows nothing else.
 */
export function chooseModel(): { model?: Model } {
  if (process.env['OPENAI_API_KEY']) return {}
  setTracingDisabled(true)
  const model = new ScriptedModel()
  const respond = modelResponder(({ request }) => {
    model.enqueue(respond)
    return [nextItem(request.input)]
  })
  model.enqueue(respond)
  return { model }
}

function nextItem(input: string | AgentInputItem[]) {
  const items = typeof input === 'string' ? [] : input
  const last = items.at(-1)
  if (last?.type === 'function_call_result')
    return assistantMessage(answerFrom(last.name, outputOf(last.output)))
  const said = typeof input === 'string' ? input : textOf(last)
  const told = /\bmy (.+?) (?:is|are) ([^.!?]+)/i.exec(said)
  if (told && !said.trim().endsWith('?')) {
    const [sentence, what, value] = told
    const fact = { name: what!.replaceAll(' ', '-'), description: what!, type: 'user', body: value! }
    return functionCall('remember_memory', fact, { callId: `remember ${sentence}` })
  }
  return functionCall('recall_memory', { text: said, limit: 1 }, { callId: `recall ${said}` })
}

function answerFrom(tool: string, output: string): string {
  if (tool === 'remember_memory') return 'Noted.'
  const { memories } = JSON.parse(output) as { memories: { description: string; body: string }[] }
  const [memory] = memories
  return memory ? `Your ${memory.description} is ${memory.body}.` : 'You have not told me.'
}

function outputOf(output: unknown): string {
  if (typeof output === 'string') return output
  return String((output as { text?: unknown }).text)
}

function textOf(item: AgentInputItem | undefined): string {
  if (!item || !('role' in item) || item.role !== 'user') return ''
  if (typeof item.content === 'string') return item.content
  return item.content.map((part) => (part.type === 'input_text' ? part.text : '')).join('')
}
