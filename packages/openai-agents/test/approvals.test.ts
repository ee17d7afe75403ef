import { Agent, run, setTracingDisabled, tool } from '@openai/agents'
import { assistantMessage, functionCall } from '@openai/agents-core/testing'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import type { SqlDriver } from '@persql/session-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { PerSQLSession, RunStore } from '../src/index.ts'
import { type Output, rememberingModel } from './support/remembering-model.ts'

// Some providers number the calls of each conversation anew, so that two agents of a run use the same ids.

setTracingDisabled(true)

let driver: SqlDriver
let runs: RunStore
let done: string[]

beforeEach(() => {
  driver = betterSqlite3Driver(':memory:')
  runs = new RunStore(driver)
  done = []
})

afterEach(() => driver.close())

const asking = (name: string) =>
  tool({
    name,
    description: 'Needs an approval.',
    parameters: z.object({ n: z.number() }),
    needsApproval: true,
    errorFunction: null,
    execute: async ({ n }) => {
      done.push(`${name} ${n}`)
      return n
    },
  })

const answering = (...turns: Output[]) => rememberingModel(turns)

const call = (name: string, n: number) => functionCall(name, { n }, { callId: 'call_0' })

/** An agent that hands over to another one; each calls a tool with the same id of a call. */
function twoAgents() {
  const last = new Agent({
    name: 'Last',
    model: answering([call('pay', 2)], [assistantMessage('Done.')]),
    tools: [asking('pay')],
  })
  const model = answering([call('pay', 1)], [functionCall('transfer_to_Last', {}, { callId: 'call_1' })])
  return new Agent({ name: 'First', model, tools: [asking('pay')], handoffs: [last] })
}

test('a decision is on the call that was shown, not on another one with its id', async () => {
  const agent = twoAgents()
  const session = new PerSQLSession('s', driver)
  const go = () => runs.run(agent, 'hi', { runId: 'r', session })
  expect((await go()).interruptions).toHaveLength(1)
  await runs.decide('r', 'call_0', { approve: true })
  expect((await go()).interruptions).toHaveLength(1)
  expect(done).toEqual(['pay 1'])
  expect(await runs.get('r')).toMatchObject({ status: 'waiting', pending: 1 })
  expect(await runs.pending()).toMatchObject([{ callId: 'call_0#2', agent: 'Last', arguments: '{"n":2}' }])
  await runs.decide('r', 'call_0#2', { approve: false, message: 'Not twice.' })
  expect((await go()).finalOutput).toBe('Done.')
  expect(done).toEqual(['pay 1'])
  expect(JSON.stringify(await session.getItems())).toContain('Not twice.')
  expect((await go()).finalOutput).toBe('Done.')
})

test('an agent that is a tool may use the ids of its caller', async () => {
  const helper = new Agent({
    name: 'Helper',
    model: answering([call('deep', 1)], [assistantMessage('Helped.')]),
    tools: [asking('deep')],
  })
  const model = answering(
    [functionCall('help', { input: 'please' }, { callId: 'call_1' })],
    [call('deep', 2)],
    [assistantMessage('Done.')],
  )
  const tools = [helper.asTool({ toolName: 'help', toolDescription: 'Helps.' }), asking('deep')]
  const agent = new Agent({ name: 'First', model, tools })
  const go = () => runs.run(agent, 'hi', { runId: 'r' })
  for (const [n, callId, name] of [
    [1, 'call_0', 'Helper'],
    [2, 'call_0#2', 'First'],
  ] as const) {
    expect((await go()).interruptions).toHaveLength(1)
    expect(await runs.pending()).toMatchObject([{ callId, agent: name, arguments: `{"n":${n}}` }])
    expect(done).toHaveLength(n - 1)
    await runs.decide('r', callId, { approve: true })
  }
  expect((await go()).finalOutput).toBe('Done.')
  expect(done).toEqual(['deep 1', 'deep 2'])
})

test('an agent that uses an id again for another call fails as it does without a journal', async () => {
  const agent = () =>
    new Agent({
      name: 'A',
      model: answering([call('pay', 1)], [call('pay', 2)], [assistantMessage('Done.')]),
      tools: [asking('pay')],
    })
  const plain = await run(agent(), 'hi')
  for (const interruption of plain.interruptions) plain.state.approve(interruption)
  const expected = await run(agent(), plain.state).catch((error: Error) => error)

  const one = agent()
  await runs.run(one, 'hi', { runId: 'r' })
  await runs.decide('r', 'call_0', { approve: true })
  done = []
  const failure = await runs.run(one, undefined, { runId: 'r' }).catch((error: Error) => error)
  expect(failure).toEqual(expected)
  expect(failure).toMatchObject({ name: 'ModelBehaviorError' })
  expect(done).toEqual(['pay 1'])
})

test('a decision holds for a run that forgets the step that went on with it', async () => {
  const first = asking('pay')
  const breaking = tool({
    name: 'break',
    description: 'Breaks.',
    parameters: z.object({}),
    errorFunction: null,
    execute: async () => {
      throw new Error('The process dies.')
    },
  })
  const model = answering([call('pay', 1)], [functionCall('break', {}, { callId: 'b' })])
  const agent = new Agent({ name: 'A', model, tools: [first, breaking] })
  await runs.run(agent, 'hi', { runId: 'r' })
  await runs.decide('r', 'call_0', { approve: true })
  await expect(runs.run(agent, 'hi', { runId: 'r' })).rejects.toThrow('dies')
  const changed = new Agent({
    name: 'A',
    model: answering([call('pay', 1)], [assistantMessage('Done.')]),
    tools: [first],
  })
  const callModelInputFilter = ({ modelData }: { modelData: { input: never[] } }) => ({
    ...modelData,
    input: [...modelData.input, { role: 'user', content: 'more' } as never],
  })
  const options = { runId: 'r', onDivergence: 'continue', callModelInputFilter } as const
  expect((await runs.run(changed, 'hi', options as never)).finalOutput).toBe('Done.')
})
