import {
  Agent,
  type AgentInputItem,
  OpenAIResponsesCompactionSession,
  run,
  type Session,
  setTracingDisabled,
  tool,
} from '@openai/agents'
import { assistantMessage, functionCall, ScriptedModel } from '@openai/agents-core/testing'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { assistant, user } from '@persql/test-support/agent-items'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { PerSQLSession } from '../src/index.ts'
import { withSessions } from './support/sessions.ts'

setTracingDisabled(true)

const marker = { type: 'compaction', encrypted_content: 'sealed' } as unknown as AgentInputItem

test('replaces everything by the compacted history', () =>
  withSessions('better-sqlite3 file', async ({ session }) => {
    await session('s').addItems([user('1'), assistant('2'), user('3')])
    await session('s').replaceHistoryWithCompaction([marker, user('3')])
    expect(await session('s').getItems()).toEqual([marker, user('3')])
  }))

describe('OpenAIResponsesCompactionSession, as docs/compaction.md says,', () => {
  /** What compacts, and the session under it, which another process would open as well. */
  function decorated(compact: () => Promise<void> = async () => {}) {
    const under = new PerSQLSession('s', betterSqlite3Driver(':memory:'))
    const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 }
    const client = {
      responses: {
        async compact() {
          await compact()
          return { output: [{ type: 'compaction', id: 'cmp_1', encrypted_content: 'sealed' }], usage }
        },
      },
    }
    const session = new OpenAIResponsesCompactionSession({
      client: client as never,
      underlyingSession: under,
      compactionMode: 'input',
    })
    return { under, session }
  }

  test('deletes what others add while the model compacts', async () => {
    const { under, session } = decorated(() => under.addItems([user('of somebody else')]))
    await session.addItems([user('1'), assistant('2')])
    await session.runCompaction({ force: true })
    expect(await under.getItems()).toMatchObject([{ type: 'compaction' }])
  })

  test('stores only the input of a run that an output guardrail ends, where the session itself keeps the calls', async () => {
    const lookUp = tool({
      name: 'look_up',
      description: 'Looks something up.',
      parameters: z.object({}),
      execute: async () => 'found',
    })
    const turn = async (session: Session) => {
      const model = new ScriptedModel([
        [functionCall('look_up', {}, { callId: 'a' })],
        [assistantMessage('forbidden')],
      ])
      const guardrail = { name: 'no', execute: async () => ({ tripwireTriggered: true, outputInfo: {} }) }
      const agent = new Agent({ name: 'Tester', model, tools: [lookUp], outputGuardrails: [guardrail] })
      await expect(run(agent, 'hi', { session })).rejects.toThrow('guardrail')
    }
    const { under, session } = decorated()
    await turn(session)
    expect(await under.getItems()).toMatchObject([{ role: 'user' }])
    await under.clearSession()
    await turn(under)
    expect(await under.getItems()).toMatchObject([
      { role: 'user' },
      { type: 'function_call' },
      { type: 'function_call_result' },
    ])
  })

  test('clears and appends for a compaction by the model, which the session itself makes in one batch', async () => {
    const replacing = async (isDecorated: boolean) => {
      const { under, session } = decorated()
      await under.addItems([user('1'), assistant('2')])
      const calls: string[] = []
      for (const name of ['clearSession', 'replaceHistoryWithCompaction'] as const) {
        const method = under[name].bind(under) as (...args: unknown[]) => Promise<void>
        under[name] = (...args: unknown[]) => {
          calls.push(name)
          return method(...args)
        }
      }
      const model = new ScriptedModel([[marker as never, assistantMessage('two')]])
      await run(new Agent({ name: 'Tester', model }), 'hi', { session: isDecorated ? session : under })
      return calls
    }
    expect(await replacing(true)).toEqual(['clearSession'])
    expect(await replacing(false)).toEqual(['replaceHistoryWithCompaction'])
  })
})
