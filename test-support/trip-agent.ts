import { Agent, type Model, tool } from '@openai/agents'
import { ScriptedModel, type ScriptedModelInput } from '@openai/agents-core/testing'

/**
 * An agent that says these turns. It has a tool `look`, and a tool `pay` that needs an approval; both note the ids of
 * their calls in `done`, but for the call at which the process is said to die.
 */
export function tripAgent(done: string[], turns: readonly ScriptedModelInput[], breaks?: string): Agent {
  const noting = (name: string, needsApproval: boolean) =>
    tool({
      name,
      description: name,
      strict: false,
      parameters: { type: 'object', properties: {}, required: [], additionalProperties: true },
      needsApproval,
      errorFunction: null,
      execute: async (_input, _context, details) => {
        const { callId } = details!.toolCall!
        if (callId === breaks) throw new Error(`The process dies in ${callId}.`)
        done.push(callId)
        return { name }
      },
    })
  const model: Model = new ScriptedModel(structuredClone([...turns]))
  return new Agent({ name: 'Trip', model, tools: [noting('look', false), noting('pay', true)] })
}
