import { Agent, setTracingDisabled, tool } from '@openai/agents'
import { assistantMessage } from '@openai/agents-core/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { PerSQLSession, RunStore } from '../src/index.ts'
import { callOf, plainTool, scriptedModel } from './support/scripted-agents.ts'
import { drivers, openDatabase } from './support/sessions.ts'

setTracingDisabled(true)

describe.each(Object.keys(drivers))('on %s', (kind) => {
  test('a run goes on where it broke, waits for a decision, and is listed and pruned', async () => {
    const { database, close } = await openDatabase(kind)
    const runs = new RunStore(database, { leaseMs: 60_000 })
    const breaks = new Set(['two'])
    const done: string[] = []
    const noting = (name: string, needsApproval = false) =>
      plainTool(
        name,
        async () => {
          if (breaks.delete(name)) throw new Error(`It dies in ${name}.`)
          done.push(name)
          return { name }
        },
        { needsApproval },
      )
    const turns = [[callOf('one'), callOf('two')], [callOf('three')], [assistantMessage('Done.')]]
    const agent = new Agent({
      name: 'A',
      model: scriptedModel('A', turns, async () => {}),
      tools: [noting('one'), noting('two'), noting('three', true)],
    })
    const session = new PerSQLSession('s', database)
    await session.addItems([{ role: 'user', content: 'before' }])
    const go = () => runs.run(agent, 'hi', { runId: 'r', session })
    await expect(go()).rejects.toThrow('dies')
    await session.addItems([{ role: 'user', content: 'of another' }])
    expect((await go()).interruptions).toHaveLength(1)
    expect(await runs.pending()).toMatchObject([{ runId: 'r', callId: 'call-three', agent: 'A' }])
    await runs.decide('r', 'call-three', { approve: true, by: 'ann' })
    await expect(runs.decide('r', 'call-three', { approve: false })).rejects.toMatchObject({
      code: 'DECISION_CONFLICT',
    })
    expect(await runs.recover()).toMatchObject([{ runId: 'r', status: 'waiting' }])
    expect((await go()).finalOutput).toBe('Done.')
    expect((await go()).finalOutput).toBe('Done.')
    expect(done).toEqual(['one', 'two', 'three'])
    expect(await session.getItems()).toHaveLength(10)

    expect((await runs.list({ status: 'done', sessionId: 's' })).runs).toMatchObject([{ runId: 'r' }])
    expect((await runs.steps('r')).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(await runs.lastAgent(session)).toBe('A')
    await expect(runs.run(agent, 'other', { runId: 'r', session })).rejects.toMatchObject({
      code: 'RUN_CONFLICT',
    })
    const busy = new RunStore(database, { leaseMs: 60_000 })
    const other = new Agent({
      name: 'B',
      model: scriptedModel('B', [[callOf('cancel')], [assistantMessage('Done.')]], async () => {}),
      tools: [
        tool({
          name: 'cancel',
          description: 'Cancels the run.',
          parameters: z.object({}),
          execute: async () => {
            await expect(busy.run(agent, undefined, { runId: 'c' })).rejects.toMatchObject({
              code: 'RUN_CLAIMED',
            })
            return String(await busy.cancel('c'))
          },
        }),
      ],
    })
    await expect(runs.run(other, 'hi', { runId: 'c' })).rejects.toMatchObject({ code: 'RUN_CANCELLED' })
    expect(await runs.prune({ olderThan: new Date(Date.now() + 60_000) })).toBe(2)
    expect(await runs.list()).toEqual({ runs: [] })
    await close()
  })
})
