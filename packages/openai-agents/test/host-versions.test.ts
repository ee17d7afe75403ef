import type * as Host from '@openai/agents-core'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { describe, expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { PerSQLSession } from '../src/index.ts'
import { agentsVersions } from './support/agents-versions.ts'

test('begins at the oldest version that the manifest allows', () => {
  const range = `>=${Object.keys(agentsVersions)[0]} <1`
  expect(manifest.peerDependencies).toEqual({ '@openai/agents': range, '@openai/agents-core': range })
})

type Output = Host.AssistantMessageItem | Host.FunctionCallItem

const message = (text: string): Output => ({
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text }],
})

const functionCall = (callId: string, city: string): Output => ({
  type: 'function_call',
  callId,
  name: 'get_weather',
  status: 'completed',
  arguments: JSON.stringify({ city }),
})

describe.each(Object.keys(agentsVersions))('the runner of agents-core %s', (version) => {
  /** An agent that says what it is told to, its runner, and the kinds of items that the model was sent each time. */
  async function setUp(...outputs: Output[][]) {
    const { Agent, Runner, setTracingDisabled, tool, Usage } = (await agentsVersions[
      version
    ]!()) as typeof Host
    setTracingDisabled(true)
    const seen: string[][] = []
    const respond = ({ input }: Host.ModelRequest) => {
      seen.push((input as Host.AgentInputItem[]).map(kindOf))
      return { usage: new Usage(), output: outputs.shift()! }
    }
    const model: Host.Model = {
      getResponse: async (request) => respond(request),
      async *getStreamedResponse(request) {
        const { output } = respond(request)
        for (const { text } of output.flatMap(textsOf)) yield { type: 'output_text_delta', delta: text }
        const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 }
        yield { type: 'response_done', response: { id: 'response', usage, output } }
      },
    }
    const getWeather = tool({
      name: 'get_weather',
      description: 'Tells the weather of a city.',
      strict: false,
      parameters: {
        type: 'object',
        properties: { city: { type: 'string' } },
        required: ['city'],
        additionalProperties: true,
      },
      execute: async (input) => `sunny in ${(input as { city: string }).city}`,
    })
    const driver = betterSqlite3Driver(':memory:')
    return {
      seen,
      driver,
      runner: new Runner({ modelProvider: { getModel: () => model } }),
      agent: new Agent({ name: 'Tester', model, tools: [getWeather] }),
      session: () => new PerSQLSession('s', driver),
    }
  }

  const kindOf = (item: Host.AgentInputItem) => ('role' in item ? item.role : item.type) ?? 'unknown'
  const textsOf = (output: Output) =>
    output.type === 'function_call' ? [] : output.content.filter((part) => part.type === 'output_text')

  test('remembers across turns', async () => {
    const { agent, driver, runner, seen, session } = await setUp([message('noted')], [message('two')])
    await runner.run(agent, 'one', { session: session() })
    const { finalOutput } = await runner.run(agent, 'how many?', { session: session() })
    expect(finalOutput).toBe('two')
    expect(seen).toEqual([['user'], ['user', 'assistant', 'user']])
    expect(await session().getItems()).toHaveLength(4)
    await driver.close()
  })

  test('keeps the calls of tools with their results, two in one step', async () => {
    const { agent, driver, runner, seen, session } = await setUp(
      [functionCall('call_1', 'Oslo'), functionCall('call_2', 'Rome')],
      [message('sunny in both')],
      [message('as I said')],
    )
    await runner.run(agent, 'Weather in Oslo and Rome?', { session: session() })
    await runner.run(agent, 'Sure?', { session: session() })

    const calls = ['function_call', 'function_call', 'function_call_result', 'function_call_result']
    expect(seen).toEqual([['user'], ['user', ...calls], ['user', ...calls, 'assistant', 'user']])
    const items = await session().getItems()
    expect(items.map(kindOf)).toEqual(['user', ...calls, 'assistant', 'user', 'assistant'])
    const stored = JSON.stringify(items)
    expect(stored).toContain('sunny in Oslo')
    expect(stored).toContain('sunny in Rome')
    await driver.close()
  })

  test('streams, with the call of a tool, and remembers what it streamed', async () => {
    const { agent, driver, runner, seen, session } = await setUp(
      [functionCall('call_1', 'Oslo')],
      [message('sunny')],
      [message('as I said')],
    )
    for (const [said, heard] of [
      ['Weather in Oslo?', 'sunny'],
      ['Sure?', 'as I said'],
    ] as const) {
      const result = await runner.run(agent, said, { session: session(), stream: true })
      let streamed = ''
      for await (const text of result.toTextStream()) streamed += text
      await result.completed
      expect(streamed).toBe(heard)
    }
    const turn = ['user', 'function_call', 'function_call_result', 'assistant']
    expect(seen).toEqual([['user'], turn.slice(0, 3), [...turn, 'user']])
    expect((await session().getItems()).map(kindOf)).toEqual([...turn, 'user', 'assistant'])
    await driver.close()
  })
})
