import { run, setTracingDisabled } from '@openai/agents'
import { assistantMessage, functionCall } from '@openai/agents-core/testing'
import { PerSQLSession, RunStore } from '@persql/openai-agents'
import { everyDatabase } from '@persql/test-support/postgres-databases'
import { tripAgent } from '@persql/test-support/trip-agent'
import { afterAll, describe, expect, test } from 'vitest'
import { postgresDriver } from '../src/index.ts'
import { countingProxy } from './support/counting-proxy.ts'

setTracingDisabled(true)

const call = (name: string, n: number) => functionCall(name, {}, { callId: `call-${name}-${n}` })
const TURNS = [
  [call('look', 1), call('look', 2), call('look', 3)],
  [call('pay', 1)],
  [call('look', 4)],
  [assistantMessage('Booked.')],
]

for (const databases of everyDatabase()) {
  describe(`durable runs on ${databases.name}`, () => {
    afterAll(() => databases.close())

    test('go on in another process, with what was decided there', { timeout: 60_000 }, async () => {
      const url = await databases.urlOf('durable-runs')
      const done: string[] = []
      const go = async (turns: (typeof TURNS)[number][], breaks?: string) => {
        const driver = postgresDriver(url)
        const session = new PerSQLSession('s', driver)
        const agent = tripAgent(done, turns, breaks)
        try {
          return await new RunStore(driver).run(agent, 'Go.', { runId: 'r', session })
        } finally {
          await driver.close()
        }
      }
      const driver = postgresDriver(url)
      const runs = new RunStore(driver)
      const session = new PerSQLSession('s', driver)
      await session.addItems([{ role: 'user', content: 'before' }])

      await expect(go(TURNS, 'call-look-2')).rejects.toThrow('dies')
      await session.addItems([{ role: 'user', content: 'of another' }])
      expect((await go(TURNS.slice(1))).interruptions).toHaveLength(1)
      expect(await runs.pending()).toMatchObject([{ callId: 'call-pay-1', agent: 'Trip' }])
      await runs.decide('r', 'call-pay-1', { approve: true })
      await expect(go(TURNS.slice(2), 'call-look-4')).rejects.toThrow('dies')
      expect((await go(TURNS.slice(3))).finalOutput).toBe('Booked.')
      expect((await go([])).finalOutput).toBe('Booked.')

      const calls = ['call-look-1', 'call-look-2', 'call-look-3', 'call-pay-1', 'call-look-4']
      expect([...new Set(done)].sort()).toEqual([...calls].sort())
      expect(done.filter((callId) => callId === 'call-pay-1')).toHaveLength(1)
      const items = (await session.getItems()) as { type?: string; role?: string; callId?: string }[]
      expect(items.slice(2).map(({ type, role, callId }) => `${type} ${role ?? callId}`)).toEqual([
        'message user',
        ...calls.slice(0, 3).map((callId) => `function_call ${callId}`),
        ...calls.slice(0, 3).map((callId) => `function_call_result ${callId}`),
        ...calls.slice(3).flatMap((callId) => [`function_call ${callId}`, `function_call_result ${callId}`]),
        'message assistant',
      ])
      await driver.close()
    })

    test('take one turnaround for each step, and two more', async () => {
      const proxy = await countingProxy(await databases.urlOf('counted-runs'))
      const driver = postgresDriver({ url: proxy.url, connection: { max: 1 } })
      const runs = new RunStore(driver)
      const turns = TURNS.filter((items) => items !== TURNS[1])
      /** What a run takes after a first one, which makes the tables. */
      async function cost(go: (session: PerSQLSession) => Promise<unknown>): Promise<number> {
        await go(new PerSQLSession(`first ${proxy.turnarounds()}`, driver))
        const before = proxy.turnarounds()
        await go(new PerSQLSession(`second ${before}`, driver))
        return proxy.turnarounds() - before
      }
      const plain = await cost((session) => run(tripAgent([], turns), 'Go.', { session }))
      let runId = ''
      const durable = await cost((session) => {
        runId = `r${runId}`
        return runs.run(tripAgent([], turns), 'Go.', { runId, session })
      })
      expect(durable - plain).toBe((await runs.steps(runId)).length + 2)
      await driver.close()
      await proxy.close()
    })
  })
}
