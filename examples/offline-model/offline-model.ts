import { type AgentInputItem, type Model, setTracingDisabled } from '@openai/agents'
import { assistantMessage, modelResponder, ScriptedModel } from '@openai/agents-core/testing'

/**
 * The model for an agent of these examples: nothing, which means OpenAI's default model, where `OPENAI_API_KEY` is
 * set; otherwise an offline one. It knows only the items it is given: told "my X is Y" somewhere in the
 * conversation, it can answer "what is my X?".
 */
export function chooseModel(): { model?: Model } {
  // A browser has no environment, and must not have the key.
  if (globalThis.process?.env['OPENAI_API_KEY']) return {}
  setTracingDisabled(true)
  const model = new ScriptedModel()
  const answer = modelResponder(({ request }) => {
    model.enqueue(answer)
    return [assistantMessage(answerFrom(request.input))]
  })
  model.enqueue(answer)
  return { model }
}

function answerFrom(input: string | AgentInputItem[]): string {
  const said = typeof input === 'string' ? [input] : input.flatMap(userText)
  const question = said.at(-1) ?? ''
  const asked = /what(?:'s| is| are) my (.+?)\?*$/i.exec(question.trim())?.[1]
  if (asked === undefined) {
    return /\bmy (.+?) (?:is|are) /i.test(question) ? 'Noted.' : 'Tell me something, as in "my X is Y".'
  }
  const facts = said.flatMap((text) => [...text.matchAll(/\bmy (.+?) (?:is|are) ([^.,!?]+)/gi)])
  const [, , value] = facts.findLast(([, what]) => what?.toLowerCase() === asked.toLowerCase()) ?? []
  return value === undefined ? `You have not told me your ${asked}.` : `Your ${asked} is ${value}.`
}

function userText(item: AgentInputItem): string[] {
  if (!('role' in item) || item.role !== 'user') return []
  if (typeof item.content === 'string') return [item.content]
  return item.content.flatMap((part) => (part.type === 'input_text' ? [part.text] : []))
}
