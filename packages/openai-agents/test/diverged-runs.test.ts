import { Agent, run, setTracingDisabled } from '@openai/agents'
import { assistantMessage } from '@openai/agents-core/testing'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import type { SqlDriver } from '@persql/session-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { PerSQLSession, RunStore } from '../src/index.ts'
import { callOf, plainTool, scriptedModel } from './support/scripted-agents.ts'

setTracingDisabled(true)

let driver: SqlDriver
let runs: RunStore
let done: string[]
let breaks: Set<string>

beforeEach(() => {
  driver = betterSqlite3Driver(':memory:')
  runs = new RunStore(driver)
  done = []
  breaks = new Set()
  return () => driver.close()
})

const noting = (name: string) =>
  plainTool(name, async () => {
    if (breaks.has(name)) throw new Error(`The process dies in ${name}.`)
    done.push(name)
    return name
  })

function agentOf(...names: string[]): Agent {
  const turns = [...names.map((name) => [callOf(name)]), [assistantMessage('Done.')]]
  const model = scriptedModel('A', turns, async () => {})
  return new Agent({ name: 'A', model, tools: ['one', 'two', 'three'].map(noting) })
}

/** Code that asks the model for something else from the first request on. */
const CHANGED = {
  callModelInputFilter: ({ modelData }: { modelData: { input: unknown[] } }) => ({
    ...modelData,
    input: [{ role: 'user', content: 'Be brief.' }, ...modelData.input],
  }),
}

describe.each(['streamed', 'not streamed'])('a run, %s, that begins anew', (kind) => {
  const stream = kind === 'streamed'

  async function go(agent: Agent, options: object): Promise<{ finalOutput?: unknown; events: string[] }> {
    const session = new PerSQLSession('s', driver)
    const result = await runs.run(agent, 'hi', { runId: 'r', session, ...options, stream } as never)
    const events: string[] = []
    if (stream) {
      for await (const event of result as never as AsyncIterable<{ type: string; name?: string }>) {
        if (event.name !== undefined) events.push(event.name)
      }
    }
    return { finalOutput: result.finalOutput, events }
  }

  async function brokenIn(name: string): Promise<void> {
    breaks.add(name)
    await expect(go(agentOf('one', 'two'), {})).rejects.toThrow('dies')
    breaks.clear()
    expect(done).toEqual(['one'])
  }

  async function expectWhole(code: object = CHANGED): Promise<void> {
    const plain = new PerSQLSession('plain', driver)
    await run(agentOf('three', 'one'), 'hi', { session: plain, ...code })
    expect(await new PerSQLSession('s', driver).getItems()).toEqual(await plain.getItems())
  }

  test('has the events, the rows and the result of a new one', async () => {
    await brokenIn('two')
    await expect(go(agentOf('three', 'one'), CHANGED)).rejects.toMatchObject({ code: 'RUN_DIVERGED' })
    const { finalOutput, events } = await go(agentOf('three', 'one'), {
      ...CHANGED,
      onDivergence: 'restart',
    })
    expect(finalOutput).toBe('Done.')
    if (stream) {
      const calls = ['tool_called', 'tool_output']
      expect(events).toEqual([...calls, ...calls, 'message_output_created'])
    }
    expect(done).toEqual(['one', 'three', 'one'])
    expect(await runs.get('r')).toMatchObject({ status: 'done', restarts: 1 })
    await expectWhole()
  })

  test.each(['three', 'one'])('and dies in "%s", goes on from there', async (dies) => {
    await brokenIn('two')
    const options = { ...CHANGED, onDivergence: 'restart' }
    const agent = agentOf('three', 'one')
    breaks.add(dies)
    await expect(go(agent, options)).rejects.toThrow(`dies in ${dies}`)
    breaks.clear()
    expect((await go(agent, options)).finalOutput).toBe('Done.')
    expect(done).toEqual(['one', 'three', 'one'])
    expect(await runs.get('r')).toMatchObject({ restarts: 1 })
    await expectWhole()
  })

  test('goes on where it was, while its code is the same', async () => {
    await brokenIn('two')
    const { finalOutput } = await go(agentOf('one', 'two'), { onDivergence: 'restart' })
    expect(finalOutput).toBe('Done.')
    expect(done).toEqual(['one', 'two'])
    expect(await runs.get('r')).toMatchObject({ restarts: 0 })
  })

  test('does so for another version of the code', async () => {
    await brokenIn('two')
    const options = { codeVersion: '2', onDivergence: 'restart' }
    expect((await go(agentOf('three', 'one'), options)).finalOutput).toBe('Done.')
    expect(done).toEqual(['one', 'three', 'one'])
    await expectWhole({})
  })

  test('does not once it is done', async () => {
    const agent = agentOf('one')
    agent.toolUseBehavior = 'stop_on_first_tool'
    await go(agent, {})
    const again = go(agentOf('one'), { onDivergence: 'restart' })
    await expect(again).rejects.toMatchObject({ code: 'RUN_DIVERGED' })
    expect(done).toEqual(['one'])
    expect(await runs.get('r')).toMatchObject({ status: 'done', restarts: 0 })
  })
})
