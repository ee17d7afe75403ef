import type { Model } from '@openai/agents'
import { Usage } from '@openai/agents-core'

export type Output = Awaited<ReturnType<Model['getResponse']>>['output']

export interface RememberingModel extends Model {
  /** How often it was asked. */
  asked: number
}

/**
 * Gives the prepared responses in order, and the same one again whenever it is asked the same. So a run that is tried
 * again, and asks what it did not ask before, soon finds that no response is left. Models with one `memory` are one.
 */
export function rememberingModel(
  turns: readonly Output[],
  memory: Map<string, Output> = new Map(),
): RememberingModel {
  const answer: Model['getResponse'] = async ({ input, previousResponseId, conversationId }) => {
    model.asked += 1
    const question = JSON.stringify([input, previousResponseId, conversationId])
    const output = memory.get(question) ?? turns[memory.size]
    if (!output) throw new Error('The model is asked what a run that does not stop would not ask.')
    memory.set(question, output)
    const number = [...memory.keys()].indexOf(question)
    return { output: structuredClone(output), usage: usage(), responseId: `response-${number}` }
  }
  const model: RememberingModel = {
    asked: 0,
    getResponse: answer,
    async *getStreamedResponse(request) {
      const { output, responseId = '' } = await answer(request)
      yield { type: 'response_started' }
      yield { type: 'response_done', response: { id: responseId, output: output as never, usage: usage() } }
    },
  }
  return model
}

const usage = () => new Usage({ requests: 1, inputTokens: 1, outputTokens: 1, totalTokens: 2 })
