import { setTracingDisabled } from '@openai/agents'
import { assistantMessage, functionCall } from '@openai/agents-core/testing'
import { PerSQLSession, RunStore } from '@persql/openai-agents'
import type { SqlDriver } from '@persql/session-core'
import { checkConversation, conversations } from '@persql/test-support/runner-conversations'
import { type GivenSessions, sessionCases } from '@persql/test-support/session-cases'
import { checkSessionModel } from '@persql/test-support/session-model'
import { tripAgent } from '@persql/test-support/trip-agent'
import { expect, test } from 'vitest'

setTracingDisabled(true)

/** What the host promises of sessions, as its own session and its runner tell. */
export function sessionTests(open: () => SqlDriver): void {
  const withSessions = (use: (given: GivenSessions) => Promise<void>) => {
    const driver = open()
    return use({ session: (id) => new PerSQLSession(id, driver) })
  }

  for (const [title, run] of Object.entries(sessionCases)) test(title, () => withSessions(run))

  test('does what MemorySession does, whatever the operations and their order', () =>
    withSessions(checkSessionModel))

  for (const [title, converse] of Object.entries(conversations)) {
    test(`leaves the same items as with MemorySession after ${title}`, () =>
      checkConversation(converse, new PerSQLSession('s', open())))
  }

  test('a run goes on where it broke, and waits for a decision', async () => {
    const TURNS = [
      [functionCall('look', {}, { callId: '1' }), functionCall('look', {}, { callId: '2' })],
      [functionCall('pay', {}, { callId: '3' })],
      [assistantMessage('Done.')],
    ]
    const done: string[] = []
    const go = (turns: typeof TURNS, breaks?: string) => {
      const driver = open()
      const session = new PerSQLSession('s', driver)
      return new RunStore(driver).run(tripAgent(done, turns, breaks), 'Go.', { runId: 'r', session })
    }
    const runs = new RunStore(open())
    await expect(go(TURNS, '2')).rejects.toThrow('dies')
    expect((await go(TURNS.slice(1))).interruptions).toHaveLength(1)
    await runs.decide('r', '3', { approve: true })
    expect((await go(TURNS.slice(2))).finalOutput).toBe('Done.')
    expect((await go([])).finalOutput).toBe('Done.')
    expect(done).toEqual(['1', '2', '3'])
    expect(await new PerSQLSession('s', open()).getItems()).toHaveLength(8)
    expect((await runs.list()).runs).toMatchObject([{ runId: 'r', status: 'done' }])
  })
}
