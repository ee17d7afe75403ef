import {
  Agent,
  type AgentInputItem,
  OpenAIResponsesCompactionSession,
  run,
  setTracingDisabled,
} from '@openai/agents'
import { assistantMessage, ScriptedModel } from '@openai/agents-core/testing'
import { type SqlDriver, toSqlDriver } from '@persql/session-core'
import { recordingDriver } from '@persql/test-support/recording-driver'
import { agentSaying, checkConversation, conversations } from '@persql/test-support/runner-conversations'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PerSQLSession } from '../src/index.ts'
import { drivers, openDatabase } from './support/sessions.ts'

setTracingDisabled(true)

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
    test(`leaves the same items as with MemorySession after ${title}`, () =>
      checkConversation(converse, new PerSQLSession('s', driver)))
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
    // Read for the model, read again by the runner unless nothing has changed, replace; then the read of this test.
    expect(batches.length - before).toBe(driver.changes?.() ? 3 : 4)
  })
})
