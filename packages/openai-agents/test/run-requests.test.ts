import { Agent, run, setTracingDisabled } from '@openai/agents'
import { assistantMessage } from '@openai/agents-core/testing'
import { persqlDriver } from '@persql/driver-persql'
import { expect, test } from 'vitest'
import { PerSQLSession, RunStore } from '../src/index.ts'
import { remoteDatabase } from './support/remote.ts'
import { callOf, plainTool, scriptedModel } from './support/scripted-agents.ts'

setTracingDisabled(true)

const TURNS = [['a', 'b', 'c'].map(callOf), [callOf('d')], [callOf('e')], [assistantMessage('Done.')]]

function agentOf(breaks?: string): Agent {
  const tools = ['a', 'b', 'c', 'd', 'e'].map((name) =>
    plainTool(name, async () => {
      if (name === breaks) throw new Error('The process dies.')
      return name
    }),
  )
  return new Agent({ name: 'A', model: scriptedModel('A', TURNS, async () => {}), tools })
}

test('over HTTP, a run takes one request for each step and two more, beyond those of the session', async () => {
  let requests = 0
  const counting: typeof fetch = (...request) => {
    requests += 1
    return fetch(...request)
  }
  const driver = persqlDriver(await remoteDatabase({ fetch: counting }))
  const runs = new RunStore(driver)
  async function cost(work: () => Promise<unknown>): Promise<number> {
    const before = requests
    await work()
    return requests - before
  }

  // Also the first run of all, which makes the tables.
  for (const name of ['first', 'second']) {
    const plain = new PerSQLSession(`plain ${name}`, driver)
    const ofSession = await cost(() => run(agentOf(), 'Go.', { session: plain }))
    const session = new PerSQLSession(name, driver)
    const whole = await cost(() => runs.run(agentOf(), 'Go.', { runId: name, session }))
    const steps = (await runs.steps(name)).length
    expect(steps).toBe(9)
    expect(whole - ofSession).toBe(steps + 2)

    // One that is done is read by one request; its history was empty.
    expect(await cost(() => runs.run(agentOf(), 'Go.', { runId: name, session }))).toBe(1)

    // What was recorded is not asked for again, step by step.
    const broken = `broken ${name}`
    await expect(runs.run(agentOf('e'), 'Go.', { runId: broken })).rejects.toThrow('dies')
    expect(await cost(() => runs.run(agentOf(), 'Go.', { runId: broken }))).toBe(2 + 2)
  }
  await driver.close()
})
