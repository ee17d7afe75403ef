import {
  Agent,
  type AgentInputItem,
  MemorySession,
  OpenAIResponsesCompactionSession,
  OutputGuardrailTripwireTriggered,
  RunState,
  run,
  type Session,
  setTracingDisabled,
  tool,
} from '@openai/agents'
import {
  assistantMessage,
  functionCall,
  ScriptedModel,
  type ScriptedModelInput,
} from '@openai/agents-core/testing'
import { type SqlDriver, toSqlDriver } from '@persql/session-core'
import { recordingDriver } from '@persql/test-support/recording-driver'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { PerSQLSession } from '../src/index.ts'
import { drivers, openDatabase } from './support/sessions.ts'

setTracingDisabled(true)

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

function agentSaying(...script: ScriptedModelInput[]) {
  return new Agent({ name: 'Tester', model: new ScriptedModel(script), tools: [lookUp, pay] })
}

/** One conversation with a session, told in the calls of the host's runner. */
type Conversation = (session: Session) => Promise<unknown>

const conversations: Record<string, Conversation> = {
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

describe.each(Object.keys(drivers))('the runner of the Agents SDK on %s', (kind) => {
  let driver: SqlDriver
  let batches: readonly unknown[]
  let close: () => Promise<void>

  beforeEach(async () => {
    const opened = await openDatabase(kind)
    ;({ driver, batches } = recordingDriver(toSqlDriver(opened.database)))
    close = opened.close
  })

  afterEach(() => close())

  for (const [title, converse] of Object.entries(conversations)) {
    test(`leaves the same items as with MemorySession after ${title}`, async () => {
      const reference = new MemorySession()
      const session = new PerSQLSession('s', driver)
      await converse(reference)
      await converse(session)
      const items = await session.getItems()
      expect(items.length).toBeGreaterThan(0)
      expect(items).toEqual(await reference.getItems())
    })
  }

  test.each(['a plain turn', 'a turn with two tools', 'a streamed turn', 'a turn with several input items'])(
    'needs two batches for %s, the first turn on an empty database included',
    async (title) => {
      await conversations[title]!(new PerSQLSession('s', driver))
      expect(batches).toHaveLength(2)
      await conversations[title]!(new PerSQLSession('s', driver))
      expect(batches).toHaveLength(4)
    },
  )

  test('needs no batch to tell the session id', async () => {
    await new PerSQLSession('s', driver).getSessionId()
    expect(batches).toHaveLength(0)
  })

  test('shows the model only the window, and no tool result without its call', async () => {
    const session = new PerSQLSession('s', driver, { window: { items: 3 } })
    await conversations['a turn with two tools']!(session)
    const model = new ScriptedModel([[assistantMessage('ok')]])
    await run(new Agent({ name: 'Tester', model }), 'next', { session })
    const types = (model.lastCall!.request.input as AgentInputItem[]).map(({ type }) => type ?? 'message')
    expect(types).toEqual(['message', 'message'])
    expect(await session.getItems(99)).toHaveLength(8)
  })

  test('compacts the history under OpenAIResponsesCompactionSession', async () => {
    const compacted = [{ type: 'compaction', id: 'cmp_1', encrypted_content: 'sealed' }]
    const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 }
    const client = { responses: { compact: async () => ({ output: compacted, usage }) } }
    const underlying = new PerSQLSession('s', driver)
    const session = new OpenAIResponsesCompactionSession({
      client: client as never,
      underlyingSession: underlying,
      compactionMode: 'input',
      shouldTriggerCompaction: ({ sessionItems }) => sessionItems.length >= 4,
    })
    const agent = agentSaying(
      [assistantMessage('one')],
      [assistantMessage('two')],
      [assistantMessage('three')],
    )
    await run(agent, 'a', { session })
    expect(await underlying.getItems()).toHaveLength(2)
    await run(agent, 'b', { session })
    const [marker, ...rest] = await underlying.getItems()
    expect(marker).toMatchObject({ type: 'compaction', encrypted_content: 'sealed' })
    expect(rest).toEqual([])
    await run(agent, 'c', { session })
    expect(await underlying.getItems()).toHaveLength(3)
  })

  test('replaces the history by a compaction of its own in one batch', async () => {
    const session = new PerSQLSession('s', driver)
    const compaction = { type: 'compaction', encrypted_content: 'sealed' } as unknown as AgentInputItem
    const agent = agentSaying([assistantMessage('one')], [compaction as never, assistantMessage('two')])
    await run(agent, 'a', { session })
    const before = batches.length
    await run(agent, 'b', { session })
    const items = await session.getItems()
    expect(items[0]).toMatchObject({ type: 'compaction' })
    expect(items).toHaveLength(2)
    // Read for the model, read again by the runner, replace; then the read of this test.
    expect(batches.length - before).toBe(4)
  })
})
