import type { AgentInputItem, Model } from '@openai/agents'
import { assistantMessage, functionCall, modelResponder, ScriptedModel } from '@openai/agents-core/testing'

const BUSIEST_YESTERDAY = `select session_id, count(*) as items from agent_messages
where date(created_at) = date('now', '-1 day') group by session_id order by items desc limit 5`

/**
 * The model for the analyst: nothing, which means OpenAI's default model, where `OPENAI_API_KEY` is set; otherwise an
 * offline one, which knows one query, calls the tool with it, and reads the answer.
 */
export function chooseAnalyst(): { model?: Model } {
  if (process.env['OPENAI_API_KEY']) return {}
  const ask = functionCall('query', { database: 'main', sql: BUSIEST_YESTERDAY }, { callId: 'call-1' })
  const answer = modelResponder(({ request }) => [assistantMessage(answerFrom(request.input))])
  return { model: new ScriptedModel([[ask], answer]) }
}

function answerFrom(input: string | AgentInputItem[]): string {
  const result = typeof input === 'string' ? undefined : input.at(-1)
  if (result?.type !== 'function_call_result') return 'I got no answer.'
  const [part] = [result.output].flat()
  const text = typeof part === 'object' && 'text' in part ? part.text : String(part)
  const { rows, error } = JSON.parse(text) as { rows?: [string, number][]; error?: string }
  if (!rows) return `I could not find out: ${error}`
  return rows.map(([session, items], index) => `${index + 1}. ${session}, ${items} items`).join('; ')
}
