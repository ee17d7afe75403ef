import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import {
  Agent,
  type AgentInputItem,
  MaxTurnsExceededError,
  run,
  setTracingDisabled,
  tool,
} from '@openai/agents'
import {
  assistantMessage,
  functionCall,
  modelResponder,
  ScriptedModel,
  type ScriptedModelInput,
} from '@openai/agents-core/testing'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { PerSQLSession } from '../src/index.ts'

// What docs/durability.md says of runs that fail, and what to do about it. How the host's runner does this is its own
// affair; where a version of it stores more, the page is to say so.

setTracingDisabled(true)

interface RunOptions {
  readonly session: PerSQLSession
  readonly stream: boolean
  readonly maxTurns?: number
  readonly signal?: AbortSignal
  readonly conversationId?: string
  readonly previousResponseId?: string
  readonly errorHandlers?: { maxTurns: () => { finalOutput: string } }
}

const lookUp = tool({
  name: 'look_up',
  description: 'Looks something up.',
  parameters: z.object({}),
  execute: async () => 'found',
})
const broken = tool({
  name: 'broken',
  description: 'Throws.',
  parameters: z.object({}),
  errorFunction: null,
  execute: async () => {
    throw new Error('broken')
  },
})
const call = (name: string) => [functionCall(name, {}, { callId: name })]
const error = (): ScriptedModelInput => ({ type: 'error', error: new Error('model down') })
const tripped = { name: 'guardrail', execute: async () => ({ tripwireTriggered: true, outputInfo: {} }) }

function agentSaying(...script: ScriptedModelInput[]) {
  return new Agent({ name: 'Tester', model: new ScriptedModel(script), tools: [lookUp, broken] })
}

/** Resolves when the run has ended, and rejects when it failed, streamed or not. */
async function outcome(agent: Agent, { stream, ...options }: RunOptions) {
  if (!stream) return run(agent, 'hi', options)
  const result = await run(agent, 'hi', { ...options, stream })
  await result.completed
  return result
}

async function stored(session: PerSQLSession) {
  const kinds = (item: AgentInputItem) => ('role' in item ? item.role : item.type)
  return (await session.getItems()).map(kinds)
}

const NOTHING: string[] = []
const INPUT = ['user']
const INPUT_AND_CALL = ['user', 'function_call', 'function_call_result']
const ALL = [...INPUT_AND_CALL, 'assistant']

interface Case {
  go(options: RunOptions): Promise<unknown>
  /** Absent: the run resolves. */
  readonly throws?: string
  readonly plain: readonly string[]
  readonly streamed: readonly string[]
}

const cases: Record<string, Case> = {
  'the model throws': {
    go: (options) => outcome(agentSaying(call('look_up'), error()), options),
    throws: 'model down',
    plain: NOTHING,
    streamed: INPUT,
  },
  'a tool throws, and its errors are not told to the model': {
    go: (options) => outcome(agentSaying(call('look_up'), call('broken')), options),
    throws: 'broken',
    plain: NOTHING,
    streamed: INPUT,
  },
  'the model calls a tool that there is not': {
    go: (options) => outcome(agentSaying(call('look_up'), call('missing')), options),
    throws: 'missing',
    plain: NOTHING,
    streamed: INPUT,
  },
  'there are too many turns': {
    go: (options) => outcome(agentSaying(call('look_up')), { ...options, maxTurns: 1 }),
    throws: 'Max turns',
    plain: NOTHING,
    streamed: INPUT,
  },
  'there are too many turns, and a handler answers': {
    go: (options) =>
      outcome(agentSaying(call('look_up')), {
        ...options,
        maxTurns: 1,
        errorHandlers: { maxTurns: () => ({ finalOutput: 'enough' }) },
      }),
    plain: ALL,
    streamed: ALL,
  },
  'an input guardrail refuses': {
    go(options) {
      const agent = agentSaying([assistantMessage('never')])
      agent.inputGuardrails = [tripped]
      return outcome(agent, options)
    },
    throws: 'Input guardrail',
    plain: NOTHING,
    streamed: NOTHING,
  },
  'an output guardrail refuses': {
    go(options) {
      const agent = agentSaying(call('look_up'), [assistantMessage('forbidden')])
      agent.outputGuardrails = [tripped]
      return outcome(agent, options)
    },
    throws: 'Output guardrail',
    plain: INPUT_AND_CALL,
    streamed: INPUT_AND_CALL,
  },
}

describe.each([
  ['plain', false],
  ['streamed', true],
] as const)('what a %s run leaves behind when', (kind, stream) => {
  test.each(Object.entries(cases))('%s', async (_, { go, throws, ...expected }) => {
    const session = new PerSQLSession('s', betterSqlite3Driver(':memory:'))
    const running = go({ session, stream })
    await (throws === undefined ? running : expect(running).rejects.toThrow(throws))
    expect(await stored(session)).toEqual(expected[kind])
  })

  test.each(['tool', 'model'])('it is aborted while the %s works', async (where) => {
    const session = new PerSQLSession('s', betterSqlite3Driver(':memory:'))
    const controller = new AbortController()
    const abort = () => {
      controller.abort()
      if (where === 'model') controller.signal.throwIfAborted()
    }
    const stopping = tool({
      name: 'stopping',
      description: 'Stops the run.',
      parameters: z.object({}),
      execute: async () => abort(),
    })
    const answer = modelResponder(() => {
      abort()
      return [assistantMessage('never')]
    })
    const model = new ScriptedModel([call(where === 'tool' ? 'stopping' : 'look_up'), answer])
    const agent = new Agent({ name: 'Tester', model, tools: [lookUp, stopping] })
    const running = outcome(agent, { session, stream, signal: controller.signal })
    if (stream) {
      // It resolves.
      expect(await running).toMatchObject({ cancelled: true, finalOutput: undefined })
      expect(await stored(session)).toEqual(INPUT)
    } else {
      await expect(running).rejects.toThrow('aborted')
      expect(await stored(session)).toEqual(where === 'tool' ? INPUT_AND_CALL : NOTHING)
    }
  })

  test('its process is killed in a tool', async () => {
    const path = temporaryPaths()('agents.db')
    const program = fileURLToPath(new URL('./support/dying-run.ts', import.meta.url))
    const { signal } = spawnSync(process.execPath, [program, path, kind])
    expect(signal).toBe('SIGKILL')
    const driver = betterSqlite3Driver(path)
    expect(await stored(new PerSQLSession('s', driver))).toEqual(NOTHING)
    await driver.close()
  })

  test.each(['conversationId', 'previousResponseId'])(
    'it has a %s: nothing, and the session is not sent',
    async (option) => {
      const session = new PerSQLSession('s', betterSqlite3Driver(':memory:'))
      await session.addItems([{ role: 'user', content: 'before' }])
      const model = new ScriptedModel([[assistantMessage('hello')]])
      const agent = new Agent({ name: 'Tester', model })
      await outcome(agent, { session, stream, [option]: 'id' })
      expect(await stored(session)).toEqual(INPUT)
      expect(model.lastCall!.request.input).toHaveLength(1)
    },
  )
})

test('leaving the loop over the events of a streamed run ends it, with the input stored', async () => {
  const session = new PerSQLSession('s', betterSqlite3Driver(':memory:'))
  const agent = agentSaying(call('look_up'), [assistantMessage('never')])
  const result = await run(agent, 'hi', { session, stream: true })
  for await (const _event of result) break
  await result.completed
  expect(result.cancelled).toBe(true)
  expect(await stored(session)).toEqual(INPUT)
})

describe('what to do about it', () => {
  test('a streamed run goes on from its state, whatever it failed of, and stores the rest', async () => {
    const session = new PerSQLSession('s', betterSqlite3Driver(':memory:'))
    const agent = agentSaying(call('look_up'), error(), [assistantMessage('done')])
    const failed = await run(agent, 'hi', { session, stream: true })
    await expect(failed.completed).rejects.toThrow('model down')
    const { finalOutput } = await run(agent, failed.state, { session })
    expect(finalOutput).toBe('done')
    expect(await stored(session)).toEqual(ALL)
  })

  test('a plain run goes on from the state of the error, but without its input', async () => {
    const session = new PerSQLSession('s', betterSqlite3Driver(':memory:'))
    const agent = agentSaying(call('look_up'), [assistantMessage('done')])
    const failure = await run(agent, 'hi', { session, maxTurns: 1 }).catch((reason) => reason)
    expect(failure).toBeInstanceOf(MaxTurnsExceededError)
    await run(agent, failure.state, { session, maxTurns: 5 })
    expect(await stored(session)).toEqual(ALL.slice(1))
  })

  test('an input that was added before outlives a plain run that fails, and is sent once by the next', async () => {
    const session = new PerSQLSession('s', betterSqlite3Driver(':memory:'))
    const model = new ScriptedModel([error(), [assistantMessage('done')]])
    const agent = new Agent({ name: 'Tester', model })
    await session.addItems([{ role: 'user', content: 'hi' }])
    await expect(run(agent, [], { session })).rejects.toThrow('model down')
    expect(await stored(session)).toEqual(INPUT)
    await run(agent, [], { session })
    expect(model.lastCall!.request.input).toHaveLength(1)
    expect(await stored(session)).toEqual(['user', 'assistant'])
  })
})
