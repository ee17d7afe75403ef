import {
  Agent,
  type AgentInputItem,
  MemorySession,
  OutputGuardrailTripwireTriggered,
  RunState,
  run,
  type Session,
  tool,
} from '@openai/agents'
import {
  assistantMessage,
  functionCall,
  ScriptedModel,
  type ScriptedModelInput,
} from '@openai/agents-core/testing'
import { expect } from 'vitest'
import { z } from 'zod'

const lookUp = tool({
  name: 'look_up',
  description: 'Looks something up.',
  parameters: z.object({ what: z.string() }),
  execute: async ({ what }) => `found ${what}`,
})
const pay = tool({
  name: 'pay',
  description: 'Pays.',
  parameters: z.object({}),
  needsApproval: true,
  execute: async () => 'paid',
})

export function agentSaying(...script: ScriptedModelInput[]) {
  return new Agent({ name: 'Tester', model: new ScriptedModel(script), tools: [lookUp, pay] })
}

/** One conversation with a session, told in the calls of the host's runner. */
type Conversation = (session: Session) => Promise<unknown>

export const conversations: Readonly<Record<string, Conversation>> = {
  async 'a plain turn'(session) {
    await run(agentSaying([assistantMessage('hello')]), 'hi', { session })
  },

  async 'two turns, the second knowing the first'(session) {
    const model = new ScriptedModel([[assistantMessage('one')], [assistantMessage('two')]])
    const agent = new Agent({ name: 'Tester', model })
    await run(agent, 'first', { session })
    await run(agent, 'second', { session })
    expect(model.lastCall!.request.input).toHaveLength(3)
  },

  async 'a turn with two tools'(session) {
    const agent = agentSaying(
      [
        functionCall('look_up', { what: 'a' }, { callId: 'a' }),
        functionCall('look_up', { what: 'b' }, { callId: 'b' }),
      ],
      [assistantMessage('both')],
    )
    await run(agent, 'look', { session })
  },

  async 'a streamed turn'(session) {
    const streamed = await run(
      agentSaying([functionCall('look_up', { what: 'a' }, { callId: 'a' })], [assistantMessage('streamed')]),
      'go',
      { session, stream: true },
    )
    for await (const _event of streamed) {
    }
    await streamed.completed
  },

  async 'a turn with several input items'(session) {
    const input: AgentInputItem[] = [
      { role: 'user', content: 'see' },
      { role: 'user', content: [{ type: 'input_image', image: 'data:image/png;base64,AA==' }] },
    ]
    await run(agentSaying([assistantMessage('seen')]), input, { session })
  },

  async 'a turn interrupted for approval and resumed from its serialized state'(session) {
    const agent = agentSaying([functionCall('pay', {}, { callId: 'p' })], [assistantMessage('done')])
    const interrupted = await run(agent, 'pay', { session })
    expect(interrupted.interruptions).toHaveLength(1)
    const state = await RunState.fromString(agent, interrupted.state.toString())
    state.approve(state.getInterruptions()[0]!)
    const resumed = await run(agent, state, { session })
    expect(resumed.finalOutput).toBe('done')
  },

  async 'a turn whose approval was refused'(session) {
    const agent = agentSaying([functionCall('pay', {}, { callId: 'p' })], [assistantMessage('as you wish')])
    const interrupted = await run(agent, 'pay', { session })
    interrupted.state.reject(interrupted.interruptions[0]!)
    await run(agent, interrupted.state, { session })
  },

  async 'a turn stopped by an output guardrail after a tool ran'(session) {
    const agent = agentSaying(
      [functionCall('look_up', { what: 'a' }, { callId: 'a' })],
      [assistantMessage('forbidden')],
    )
    agent.outputGuardrails = [
      { name: 'no', execute: async () => ({ tripwireTriggered: true, outputInfo: {} }) },
    ]
    await expect(run(agent, 'go', { session })).rejects.toBeInstanceOf(OutputGuardrailTripwireTriggered)
  },

  async 'a turn after one that failed'(session) {
    const agent = agentSaying({ type: 'error', error: new Error('model down') }, [assistantMessage('back')])
    await expect(run(agent, 'one', { session })).rejects.toThrow('model down')
    await run(agent, 'two', { session })
  },
}

/** Expects that a conversation leaves the same items with a session as with `MemorySession`. */
export async function checkConversation(converse: Conversation, session: Session): Promise<void> {
  const reference = new MemorySession()
  await converse(reference)
  await converse(session)
  const items = await session.getItems()
  expect(items.length).toBeGreaterThan(0)
  expect(items).toEqual(await reference.getItems())
}
