import { Agent, computerTool, handoff, run, setTracingDisabled, tool } from '@openai/agents'
import { Usage } from '@openai/agents-core'
import { assistantMessage, functionCall, modelResponder, ScriptedModel } from '@openai/agents-core/testing'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { isStorageError, type SqlDriver } from '@persql/session-core'
import { recordingDriver } from '@persql/test-support/recording-driver'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { idempotencyKey, onUnknown, PerSQLSession, RunStore } from '../src/index.ts'

setTracingDisabled(true)

let driver: SqlDriver
let runs: RunStore

beforeEach(() => {
  driver = betterSqlite3Driver(':memory:')
  runs = new RunStore(driver)
})

afterEach(() => driver.close())

/** What was done, in order. */
let done: string[]

beforeEach(() => {
  done = []
})

/** A tool that notes its calls, and breaks the run where the name of a call is in `breaks`. */
function noting(name: string, breaks = new Set<string>(), options: { needsApproval?: boolean } = {}) {
  return tool({
    name,
    description: 'Does something.',
    parameters: z.object({ n: z.number() }),
    errorFunction: null,
    ...options,
    execute: async ({ n }) => {
      if (breaks.delete(`${name} ${n}`)) throw new Error(`The process dies in ${name} ${n}.`)
      done.push(`${name} ${n}`)
      return { name, n }
    },
  })
}

const call = (name: string, n: number) => functionCall(name, { n }, { callId: `${name}-${n}` })

/** A model that answers by the number of results it has been given, as a real one would, and counts. */
function answering(turns: unknown[][]) {
  const model = {
    asked: 0,
    async getResponse(request: { input: unknown }) {
      model.asked += 1
      const items = request.input as { type?: string; role?: string }[]
      const lastUser = items.findLastIndex(({ role }) => role === 'user')
      const turn = items.slice(lastUser).filter(({ type }) => type === 'function_call_result').length
      const output = turns[[...sums(turns)].indexOf(turn)]
      return { usage: usage(), output: structuredClone(output), responseId: `r${turn}` }
    },
    async *getStreamedResponse(request: { input: unknown }) {
      const { output, responseId } = await model.getResponse(request)
      yield { type: 'response_started' }
      yield { type: 'response_done', response: { id: responseId, output, usage: usage() } }
    },
  }
  return model as never as ScriptedModel & { asked: number }
}

const usage = () => new Usage({ requests: 1, inputTokens: 1, outputTokens: 1, totalTokens: 2 })

/** How many results there are before each turn. */
function* sums(turns: unknown[][]) {
  let sum = 0
  for (const turn of turns) {
    yield sum
    sum += turn.filter((item) => (item as { type?: string }).type === 'function_call').length
  }
}

const say = (text: string) => assistantMessage(text)

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error === undefined) return undefined
  return isStorageError(error) ? error.code : String(error)
}

async function itemsOf(session: PerSQLSession) {
  const items = (await session.getItems()) as { type?: string; role?: string; callId?: string }[]
  return items.map(({ type, role, callId }) => `${type ?? 'message'} ${role ?? callId}`)
}

const TURNS = () => [[call('first', 1), call('second', 1)], [call('first', 2)], [say('Done.')]]

describe.each(['streamed', 'not streamed'])('a run, %s,', (kind) => {
  const stream = kind === 'streamed'

  async function go(
    agent: Agent,
    input: string | undefined,
    options: { runId: string; session?: PerSQLSession },
  ) {
    if (!stream) return runs.run(agent, input, options)
    const result = await runs.run(agent, input, { ...options, stream: true })
    for await (const _ of result);
    await result.completed
    return result
  }

  test('gives what the SDK gives, and writes the same rows', async () => {
    const agent = () =>
      new Agent({ name: 'A', model: answering(TURNS()), tools: [noting('first'), noting('second')] })
    const plain = new PerSQLSession('plain', driver)
    const expected = stream
      ? await run(agent(), 'hi', { session: plain, stream })
      : await run(agent(), 'hi', { session: plain })
    if (stream) await (expected as never as { completed: Promise<void> }).completed
    const session = new PerSQLSession('durable', driver)
    const result = await go(agent(), 'hi', { runId: 'r', session })
    expect(result.finalOutput).toBe('Done.')
    expect(result.output).toEqual(expected.output)
    expect(await session.getItems()).toEqual(await plain.getItems())
    expect(await runs.get('r')).toMatchObject({
      status: 'done',
      output: 'Done.',
      lastAgent: 'A',
      sessionId: 'durable',
    })
    expect((await runs.steps('r')).map(({ kind, name }) => name ?? kind)).toEqual([
      'model',
      'first',
      'second',
      'model',
      'first',
      'model',
    ])
  })

  test('goes on where it broke: nothing that was recorded is done again', async () => {
    const model = answering(TURNS())
    const breaks = new Set(['second 1', 'first 2'])
    const agent = new Agent({ name: 'A', model, tools: [noting('first', breaks), noting('second', breaks)] })
    const session = new PerSQLSession('s', driver)
    await session.addItems([{ role: 'user', content: 'before' }])
    for (const input of ['hi', undefined]) {
      await expect(go(agent, input, { runId: 'r', session })).rejects.toThrow('dies')
      expect(await runs.get('r')).toMatchObject({ status: 'failed', error: { name: 'ToolCallError' } })
      expect(await itemsOf(session)).toEqual(['message user'])
    }
    const result = await go(agent, 'hi', { runId: 'r', session })
    expect(result.finalOutput).toBe('Done.')
    expect(done).toEqual(['first 1', 'second 1', 'first 2'])
    expect(model.asked).toBe(3)
    expect(await itemsOf(session)).toEqual([
      'message user',
      'message user',
      'function_call first-1',
      'function_call second-1',
      'function_call_result first-1',
      'function_call_result second-1',
      'function_call first-2',
      'function_call_result first-2',
      'message assistant',
    ])
  })

  test('that is done gives its result again, and does nothing', async () => {
    const model = answering(TURNS())
    const agent = new Agent({ name: 'A', model, tools: [noting('first'), noting('second')] })
    const session = new PerSQLSession('s', driver)
    await go(agent, 'hi', { runId: 'r', session })
    const before = await runs.get('r')
    await session.addItems([{ role: 'user', content: 'later' }])
    const again = await go(agent, 'hi', { runId: 'r', session })
    expect(again.finalOutput).toBe('Done.')
    expect(again.newItems).toHaveLength(7)
    expect(done).toHaveLength(3)
    expect(model.asked).toBe(3)
    expect(await runs.get('r')).toEqual(before)
    expect(await itemsOf(session)).toHaveLength(9)
  })

  test('reads the history as it was when it began, whoever has written since', async () => {
    const seen: number[] = []
    const breaks = new Set(['first 1'])
    const model = new ScriptedModel([
      [call('first', 1)],
      modelResponder(({ request }) => {
        seen.push(request.input.length)
        return [say('Done.')]
      }),
    ])
    const agent = new Agent({ name: 'A', model, tools: [noting('first', breaks)] })
    const session = new PerSQLSession('s', driver)
    await session.addItems([{ role: 'user', content: 'before' }])
    await expect(go(agent, 'hi', { runId: 'r', session })).rejects.toThrow('dies')
    await session.addItems([{ role: 'user', content: 'of another' }])
    await go(agent, 'hi', { runId: 'r', session })
    expect(seen).toEqual([4])
  })

  test('waits for decisions, which are made without the agent, and goes on with them', async () => {
    const model = answering(TURNS())
    const tools = [
      noting('first', new Set(), { needsApproval: true }),
      noting('second', new Set(), { needsApproval: true }),
    ]
    const agent = new Agent({ name: 'A', model, tools })
    const session = new PerSQLSession('s', driver)
    const stopped = await go(agent, 'hi', { runId: 'r', session })
    expect(stopped.interruptions).toHaveLength(2)
    expect(await runs.get('r')).toMatchObject({ status: 'waiting', pending: 2 })
    expect(await runs.pending()).toMatchObject([
      { callId: 'first-1', tool: 'first', arguments: '{"n":1}', agent: 'A' },
      { callId: 'second-1', tool: 'second' },
    ])

    // Undecided: nothing happens.
    expect((await go(agent, undefined, { runId: 'r', session })).interruptions).toHaveLength(2)
    await runs.decide('r', 'second-1', { approve: true })
    const other = new RunStore(driver)
    expect(await other.recover()).toMatchObject([{ runId: 'r' }])
    expect((await go(agent, undefined, { runId: 'r', session })).interruptions).toHaveLength(1)
    expect(done).toEqual(['second 1'])

    await runs.decide('r', 'first-1', { approve: false, message: 'Not that.' })
    expect((await go(agent, undefined, { runId: 'r', session })).interruptions).toHaveLength(1)
    await runs.decide('r', 'first-2', { approve: true, always: true, by: 'ann' })
    expect((await go(agent, undefined, { runId: 'r', session })).finalOutput).toBe('Done.')
    expect(done).toEqual(['second 1', 'first 2'])
    expect(model.asked).toBe(3)
    expect(JSON.stringify(await session.getItems())).toContain('Not that.')
    expect((await itemsOf(session)).sort()).toEqual(
      [
        'message user',
        'function_call first-1',
        'function_call second-1',
        'function_call_result first-1',
        'function_call_result second-1',
        'function_call first-2',
        'function_call_result first-2',
        'message assistant',
      ].sort(),
    )
    const items = await itemsOf(session)
    expect((await go(agent, 'hi', { runId: 'r', session })).finalOutput).toBe('Done.')
    expect(await itemsOf(session)).toEqual(items)
  })

  test('journals agents that are tools, and those reached by a handoff', async () => {
    const breaks = new Set(['deep 1', 'late 1'])
    const helperModel = answering([[call('deep', 0)], [call('deep', 1)], [say('Helped.')]])
    const helper = new Agent({
      name: 'Helper',
      model: helperModel,
      tools: [noting('deep', breaks)],
      handoffDescription: 'Helps.',
    })
    const last = new Agent({
      name: 'Last',
      model: new ScriptedModel([[call('late', 1)], [say('Handed.')]]),
      tools: [noting('late', breaks)],
    })
    const model = new ScriptedModel([
      [functionCall('help', { input: 'please' }, { callId: 'help-1' })],
      [functionCall('transfer_to_Last', {}, { callId: 'go-1' })],
    ])
    const agent = new Agent({
      name: 'First',
      model,
      tools: [helper.asTool({ toolName: 'help', toolDescription: 'Helps.' })],
      handoffs: [handoff(last)],
    })
    const session = new PerSQLSession('s', driver)
    // The tool of an agent says to its caller what went wrong inside, so that the model could go on.
    let result: Awaited<ReturnType<typeof go>> | undefined
    for (let attempt = 0; attempt < 3 && !result; attempt++) {
      result = await go(agent, 'hi', { runId: 'r', session }).catch(() => undefined)
    }
    expect(result?.finalOutput).toBe('Handed.')
    expect(result?.lastAgent).toBe(last)
    expect(await runs.lastAgent(session)).toBe('Last')
    expect(done).toEqual(['deep 0', 'late 1'])
    expect(helperModel.asked).toBe(2)
    const steps = (await runs.steps('r')).map(({ key, agent: of }) => `${key} ${of}`)
    expect(steps.slice(0, 5)).toEqual([
      'model 0 First',
      'model help-1/0 Helper',
      'tool help-1/deep-0 Helper',
      'model help-1/1 Helper',
      'tool help-1 First',
    ])
  })

  test('waits for decisions inside of agents that are tools', async () => {
    const breaks = new Set(['after 1'])
    const helperModel = answering([[call('deep', 0)], [call('deep', 1)], [say('Helped.')]])
    const helper = new Agent({
      name: 'Helper',
      model: helperModel,
      tools: [noting('deep', new Set(), { needsApproval: true })],
    })
    const model = answering([
      [functionCall('help', { input: 'please' }, { callId: 'help-1' }), call('side', 1)],
      [call('after', 1)],
      [say('Done.')],
    ])
    const agent = new Agent({
      name: 'First',
      model,
      tools: [
        helper.asTool({ toolName: 'help', toolDescription: 'Helps.' }),
        noting('side'),
        noting('after', breaks),
      ],
    })
    const session = new PerSQLSession('s', driver)
    for (const n of [0, 1]) {
      const { interruptions } = await go(agent, 'hi', { runId: 'r', session })
      expect(interruptions).toHaveLength(1)
      expect(await runs.pending()).toMatchObject([{ callId: `deep-${n}`, agent: 'Helper' }])
      await runs.decide('r', `deep-${n}`, { approve: true })
    }
    await expect(go(agent, 'hi', { runId: 'r', session })).rejects.toThrow('dies')
    expect((await go(agent, 'hi', { runId: 'r', session })).finalOutput).toBe('Done.')
    expect(done).toEqual(['side 1', 'deep 0', 'deep 1', 'after 1'])
    expect(helperModel.asked).toBe(3)
    expect(model.asked).toBe(3)
    const items = await itemsOf(session)
    expect((await go(agent, 'hi', { runId: 'r', session })).finalOutput).toBe('Done.')
    expect(await itemsOf(session)).toEqual(items)
    expect(items).toHaveLength(8)
  })
})

test('a step that no longer fits rejects with its number, and the run stays as it was', async () => {
  const breaks = new Set(['first 2', 'first 9'])
  const agentNamed = (name: string, turns = TURNS()) =>
    new Agent({ name, model: answering(turns), tools: [noting('first', breaks), noting('second')] })
  await expect(runs.run(agentNamed('A'), 'hi', { runId: 'r' })).rejects.toThrow('dies')
  const before = await runs.get('r')
  expect(await codeOf(runs.run(agentNamed('B'), 'hi', { runId: 'r' }))).toBe('RUN_DIVERGED')
  expect(await runs.get('r')).toMatchObject({ status: 'failed', error: before?.error })

  const filtered = {
    callModelInputFilter: ({ modelData }: { modelData: { input: never[] } }) => ({
      ...modelData,
      input: [...modelData.input, { role: 'user', content: 'more' } as never],
    }),
  }
  const error = await runs
    .run(agentNamed('A'), 'hi', { runId: 'r', ...filtered } as never)
    .catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'RUN_DIVERGED' })
  expect(String(error)).toContain('at step 1')
  expect(await runs.get('r')).toMatchObject({ status: 'failed' })

  const result = await runs.run(agentNamed('B'), 'hi', { runId: 'r', onDivergence: 'restart' })
  expect(result.finalOutput).toBe('Done.')
  expect(done).toEqual(['first 1', 'second 1', 'first 1', 'second 1', 'first 2'])
  expect(await runs.get('r')).toMatchObject({ status: 'done', restarts: 1 })
})

test('goes on with what fits, where that is chosen', async () => {
  const breaks = new Set(['first 2'])
  const agent = new Agent({
    name: 'A',
    model: answering(TURNS()),
    tools: [noting('first', breaks), noting('second')],
  })
  await expect(runs.run(agent, 'hi', { runId: 'r', codeVersion: '1' })).rejects.toThrow('dies')
  expect(await codeOf(runs.run(agent, 'hi', { runId: 'r', codeVersion: '2' }))).toBe('RUN_DIVERGED')
  const result = await runs.run(agent, 'hi', { runId: 'r', codeVersion: '2', onDivergence: 'continue' })
  expect(result.finalOutput).toBe('Done.')
  expect(done).toEqual(['first 1', 'second 1', 'first 2'])
})

describe('a call that was under way', () => {
  function paying(choice: Parameters<typeof onUnknown>[1], dies: Set<string>) {
    const keys: (string | undefined)[] = []
    const pay = tool({
      name: 'pay',
      description: 'Pays.',
      parameters: z.object({ n: z.number() }),
      errorFunction: null,
      execute: async ({ n }) => {
        keys.push(idempotencyKey())
        if (dies.delete('pay')) throw new Error('The process dies.')
        return `paid ${n}`
      },
    })
    const model = answering([[call('pay', 5)], [say('Done.')]])
    return { keys, agent: new Agent({ name: 'A', model, tools: [onUnknown(pay, choice)] }) }
  }

  test('is made again, with the same key', async () => {
    const { agent, keys } = paying('retry', new Set(['pay']))
    await expect(runs.run(agent, 'hi', { runId: 'r' })).rejects.toThrow('dies')
    await runs.run(agent, 'hi', { runId: 'r' })
    expect(keys).toEqual(['r:pay-5', 'r:pay-5'])
    expect(idempotencyKey()).toBeUndefined()
  })

  test('fails the run where the tool says so', async () => {
    const { agent, keys } = paying('fail', new Set(['pay']))
    await expect(runs.run(agent, 'hi', { runId: 'r' })).rejects.toThrow('dies')
    expect(await codeOf(runs.run(agent, 'hi', { runId: 'r' }))).toBe('CALL_UNKNOWN')
    expect(await runs.get('r')).toMatchObject({ status: 'failed' })
    expect(keys).toHaveLength(1)
  })

  test('is looked up where the tool can', async () => {
    const { agent, keys } = paying(
      ({ callId, arguments: args }) => `found ${callId} ${args}`,
      new Set(['pay']),
    )
    await expect(runs.run(agent, 'hi', { runId: 'r' })).rejects.toThrow('dies')
    const { output } = await runs.run(agent, 'hi', { runId: 'r' })
    expect(JSON.stringify(output)).toContain('found pay-5')
    expect(keys).toHaveLength(1)
  })
})

describe('bad input', () => {
  const agent = () =>
    new Agent({ name: 'A', model: answering(TURNS()), tools: [noting('first'), noting('second')] })

  test('is refused before anything is called', async () => {
    const session = new PerSQLSession('s', driver)
    expect(await codeOf(runs.run(agent(), undefined, { runId: 'none' }))).toBe('RUN_NOT_FOUND')
    expect(await codeOf(runs.run(undefined, 'hi', { runId: 'r' }))).toBe('INVALID_ARGUMENT')
    expect(await codeOf(runs.run(agent(), 'hi', { runId: ' ' }))).toBe('INVALID_ARGUMENT')
    expect(await codeOf(runs.run(agent(), 'hi', { runId: 'r2', session: {} as never }))).toBe(
      'INVALID_ARGUMENT',
    )
    expect(await codeOf(runs.run(agent(), 'hi', { runId: 'r2', onDivergence: 'x' as never }))).toBe(
      'INVALID_ARGUMENT',
    )
    expect(() => onUnknown(noting('first'), 'x' as never)).toThrow('onUnknown')
    expect(() => new RunStore(driver, { leaseMs: 0 })).toThrow('leaseMs')
    expect(done).toEqual([])

    await runs.run(agent(), 'hi', { runId: 'r3', session })
    expect(await codeOf(runs.run(agent(), 'hi', { runId: 'r3' }))).toBe('RUN_CONFLICT')
    expect(await codeOf(runs.run(agent(), 'ho', { runId: 'r3', session }))).toBe('RUN_CONFLICT')
  })

  test('is a computer, also of an agent that the run may be handed to', async () => {
    const screen = computerTool({ computer: {} as never })
    const last = new Agent({ name: 'Last', tools: [screen] })
    const first = new Agent({ name: 'First', model: answering(TURNS()), handoffs: [handoff(last)] })
    last.handoffs.push(first)
    for (const refused of [last, first]) {
      const error: unknown = await runs.run(refused, 'hi', { runId: 'r' }).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
      expect(String(error)).toContain('Make it a function tool')
    }
    expect(await runs.get('r')).toBeUndefined()
  })

  test('in the journal fails the run, and nothing is called', async () => {
    const breaks = new Set(['first 2'])
    const broken = new Agent({
      name: 'A',
      model: answering(TURNS()),
      tools: [noting('first', breaks), noting('second')],
    })
    await expect(runs.run(broken, 'hi', { runId: 'r' })).rejects.toThrow('dies')
    for (const data of ['{"value":', '{"value":{"output":1}}']) {
      await driver.batch([{ sql: 'update agent_run_steps set data = ? where step = 1', params: [data] }])
      expect(await codeOf(runs.run(broken, 'hi', { runId: 'r' }))).toBe('RUN_UNREADABLE')
      expect(await runs.get('r')).toMatchObject({ status: 'failed' })
    }
    expect(done).toEqual(['first 1', 'second 1'])
  })

  test('of a tool is told by its name: a result that cannot be given back', async () => {
    const odd = tool({
      name: 'odd',
      description: 'Returns a function.',
      parameters: z.object({ n: z.number() }),
      execute: async () => ({ secret: () => 1 }) as never,
    })
    const one = new Agent({ name: 'A', model: answering([[call('odd', 1)], [say('Done.')]]), tools: [odd] })
    const error: unknown = await runs.run(one, 'hi', { runId: 'r' }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'INVALID_ITEM' })
    expect(String(error)).toContain('"odd"')
  })

  test('is not what is large, or nothing at all', async () => {
    const text = 'x'.repeat(5_000_000)
    const results: unknown[] = [text, undefined, null, new Uint8Array([1])]
    const large = tool({
      name: 'large',
      description: 'Returns much.',
      parameters: z.object({ n: z.number() }),
      execute: async ({ n }) => results[n] as never,
    })
    const breaks = new Set(['first 1'])
    const turns = [[0, 1, 2, 3].map((n) => call('large', n)), [call('first', 1)], [say('Done.')]]
    const agentOf = () =>
      new Agent({ name: 'A', model: answering(turns), tools: [large, noting('first', breaks)] })
    await expect(runs.run(agentOf(), 'hi', { runId: 'r' })).rejects.toThrow('dies')
    const { finalOutput, newItems } = await runs.run(agentOf(), 'hi', { runId: 'r' })
    expect(finalOutput).toBe('Done.')
    const outputs = newItems.flatMap((item) => (item.type === 'tool_call_output_item' ? [item.output] : []))
    expect(outputs.slice(0, 4)).toEqual(results)
  })
})

test('what follows a decision is streamed as it comes', async () => {
  const heard = Promise.withResolvers<void>()
  const { getStreamedResponse, ...model } = answering([[call('first', 1)], [say('Done.')]])
  const patient = {
    ...model,
    async *getStreamedResponse(request: { input: unknown[] }) {
      if (request.input.length > 1) await heard.promise
      yield* getStreamedResponse(request as never)
    },
  }
  const agent = new Agent({
    name: 'A',
    model: patient as never,
    tools: [noting('first', new Set(), { needsApproval: true })],
  })
  await (await runs.run(agent, 'hi', { runId: 'r', stream: true })).completed
  await runs.decide('r', 'first-1', { approve: true })
  const result = await runs.run(agent, undefined, { runId: 'r', stream: true })
  // The model says nothing before the result of the tool was heard.
  for await (const event of result) {
    if (event.type === 'run_item_stream_event' && event.name === 'tool_output') heard.resolve()
  }
  expect(result.finalOutput).toBe('Done.')
  expect(await runs.get('r')).toMatchObject({ status: 'done' })
})

test('a response is recorded without the classes of its provider', async () => {
  const breaks = new Set(['first 1'])
  const { getResponse, ...model } = answering([[call('first', 1)], [say('Done.')]])
  class Answer {
    id = 'response'
  }
  const entries = [{ inputTokens: 3, outputTokens: 4, totalTokens: 7 }]
  const odd = {
    ...model,
    getResponse: async (request: never) => ({
      ...(await getResponse(request)),
      usage: new Usage({
        requests: 1,
        inputTokens: 3,
        outputTokens: 4,
        totalTokens: 7,
        requestUsageEntries: entries,
      }),
      providerData: { answer: new Answer() },
    }),
  }
  const agent = new Agent({ name: 'A', model: odd as never, tools: [noting('first', breaks)] })
  await expect(runs.run(agent, 'hi', { runId: 'r' })).rejects.toThrow('dies')
  const { rawResponses, state } = await runs.run(agent, 'hi', { runId: 'r' })
  expect(rawResponses[0]?.usage).toEqual(
    new Usage({ requests: 1, inputTokens: 3, outputTokens: 4, totalTokens: 7, requestUsageEntries: entries }),
  )
  expect(state.usage.totalTokens).toBe(14)
})

describe('two that work on one run', () => {
  test('are one, and the other is refused', async () => {
    const agent = () =>
      new Agent({ name: 'A', model: answering(TURNS()), tools: [noting('first'), noting('second')] })
    const outcomes = await Promise.allSettled([
      runs.run(agent(), 'hi', { runId: 'r' }),
      runs.run(agent(), 'hi', { runId: 'r' }),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(outcomes[1]).toMatchObject({ reason: { code: 'RUN_CLAIMED' } })
    expect(done).toHaveLength(3)
  })

  test('a run that is cancelled ends at its next step', async () => {
    const stop = tool({
      name: 'stop',
      description: 'Cancels the run.',
      parameters: z.object({ n: z.number() }),
      execute: async () => void (await runs.cancel('r')),
    })
    const agent = new Agent({
      name: 'A',
      model: answering([[call('stop', 1)], [say('Done.')]]),
      tools: [stop],
    })
    expect(await codeOf(runs.run(agent, 'hi', { runId: 'r' }))).toBe('RUN_CANCELLED')
    expect(await runs.get('r')).toMatchObject({ status: 'cancelled' })
    expect(await codeOf(runs.run(agent, 'hi', { runId: 'r' }))).toBe('RUN_CANCELLED')
  })
})

test('a run that is aborted stays where it was, and goes on', async () => {
  const stop = new AbortController()
  const agent = new Agent({
    name: 'A',
    model: answering([[call('first', 1)], [call('stop', 1)], [say('Done.')]]),
    tools: [
      noting('first'),
      tool({
        name: 'stop',
        description: 'Stops.',
        parameters: z.object({ n: z.number() }),
        execute: async () => {
          stop.abort()
          return 'stopped'
        },
      }),
    ],
  })
  const session = new PerSQLSession('s', driver)
  await runs.run(agent, 'hi', { runId: 'r', session, signal: stop.signal }).catch(() => undefined)
  expect(await runs.get('r')).toMatchObject({ status: 'running', isLost: true })
  expect(await itemsOf(session)).toEqual([])
  expect((await runs.run(agent, 'hi', { runId: 'r', session })).finalOutput).toBe('Done.')
  expect(done).toEqual(['first 1'])
  expect(await itemsOf(session)).toHaveLength(6)
})

test('a worker goes on with what was lost, and with what was decided', async () => {
  const tools = [noting('first'), noting('second', new Set(), { needsApproval: true })]
  const agent = new Agent({ name: 'A', model: answering(TURNS()), tools })
  const session = new PerSQLSession('s', driver)
  expect((await runs.run(agent, 'hi', { runId: 'r', session })).interruptions).toHaveLength(1)
  const stop = new AbortController()
  const working = runs.work([agent], {
    pollMs: 1,
    optionsFor: () => ({ signal: undefined as never }),
    signal: stop.signal,
    onError: (_, error) => {
      throw error
    },
  })
  await runs.decide('r', 'second-1', { approve: true })
  await expect.poll(async () => (await runs.get('r'))?.status).toBe('done')
  stop.abort()
  await working
  expect(done).toEqual(['first 1', 'second 1', 'first 2'])
})

test('the next run of a session goes on with the agent that had the last word', async () => {
  const last = new Agent({ name: 'Last', model: new ScriptedModel([[say('one')], [say('two')]]) })
  const first = new Agent({
    name: 'First',
    model: new ScriptedModel([[functionCall('transfer_to_Last', {}, { callId: 'c' })]]),
    handoffs: [last],
  })
  const known = new RunStore(driver, { agents: { first, last } })
  const session = new PerSQLSession('s', driver)
  await known.run(first, 'hi', { runId: 'r1', session })
  const { finalOutput, lastAgent } = await known.run(undefined, 'again', { runId: 'r2', session })
  expect(finalOutput).toBe('two')
  expect(lastAgent).toBe(last)
})

test('costs one batch for each step, and at most three more, beyond those of the session', async () => {
  const { driver: counting, batches } = recordingDriver(driver)
  const agent = () =>
    new Agent({ name: 'A', model: answering(TURNS()), tools: [noting('first'), noting('second')] })
  await run(agent(), 'hi', { session: new PerSQLSession('plain', counting) })
  const plain = batches.length
  batches.length = 0
  const own = new RunStore(counting)
  await own.run(agent(), 'hi', { runId: 'r', session: new PerSQLSession('s', counting) })
  const steps = await runs.steps('r')
  expect(batches.length - plain).toBeLessThanOrEqual(steps.length + 3)
})
