import type * as Host from '@openai/agents-core'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { describe, expect, test } from 'vitest'
import { PerSQLSession, RunStore } from '../src/index.ts'
import { agentsVersions } from './support/agents-versions.ts'

type Output = Host.AssistantMessageItem | Host.FunctionCallItem

const say = (text: string): Output => ({
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text }],
})

const call = (name: string, args = {}): Output => ({
  type: 'function_call',
  callId: `call-${name}`,
  name,
  status: 'completed',
  arguments: JSON.stringify(args),
})

describe.each(Object.keys(agentsVersions))('runs of agents-core %s', (version) => {
  async function setUp(breaks: Set<string>) {
    const sdk = (await agentsVersions[version]!()) as typeof Host
    sdk.setTracingDisabled(true)
    // Old versions ask for it even where each agent has its model.
    sdk.setDefaultModelProvider({
      getModel: () => {
        throw new Error('Each agent has its model.')
      },
    })
    const done: string[] = []
    const asked: string[] = []
    const noting = (name: string, needsApproval = false) =>
      sdk.tool({
        name,
        description: name,
        strict: false,
        parameters: { type: 'object', properties: {}, required: [], additionalProperties: true },
        needsApproval,
        errorFunction: null,
        execute: async () => {
          if (breaks.delete(name)) throw new Error(`It dies in ${name}.`)
          done.push(name)
          return `${name} done`
        },
      })
    function scripted(name: string, turns: Output[][]): Host.Model {
      const before = turns.map((_, turn) => turns.slice(0, turn).flat().length)
      const ids = turns.flat().flatMap((item) => (item.type === 'function_call' ? [item.callId] : []))
      const respond = ({ input }: Host.ModelRequest) => {
        asked.push(name)
        const results = (input as Host.AgentInputItem[]).filter(
          (item) => item.type === 'function_call_result' && ids.includes(item.callId),
        )
        return turns[before.indexOf(results.length)]!
      }
      return {
        getResponse: async (request) => ({ usage: new sdk.Usage(), output: respond(request) }),
        async *getStreamedResponse(request) {
          const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 }
          yield { type: 'response_done', response: { id: 'response', usage, output: respond(request) } }
        },
      }
    }
    const helper = new sdk.Agent({
      name: 'Helper',
      model: scripted('Helper', [[call('deep')], [say('helped')]]),
      tools: [noting('deep')],
    })
    const last = new sdk.Agent({
      name: 'Last',
      model: scripted('Last', [[call('late')], [say('Done.')]]),
      tools: [noting('late')],
    })
    const agent = new sdk.Agent({
      name: 'First',
      model: scripted('First', [
        [call('one'), call('two')],
        [call('help', { input: 'please' })],
        [call('transfer_to_Last')],
      ]),
      tools: [
        noting('one'),
        noting('two', true),
        helper.asTool({ toolName: 'help', toolDescription: 'Helps.' }),
      ],
      handoffs: [last],
    })
    const driver = betterSqlite3Driver(':memory:')
    const session = new PerSQLSession('s', driver)
    return { sdk, agent, driver, session, done, asked, runs: new RunStore(driver, { sdk }) }
  }

  test.each([true, false])(
    'go on where they broke, with approvals, handoffs and agents as tools (streamed: %s)',
    async (stream) => {
      const breaks = new Set(['one', 'late'])
      const { agent, asked, done, driver, runs, sdk, session } = await setUp(breaks)
      async function go() {
        const options = { runId: 'r', session }
        if (!stream) return runs.run(agent, 'hi', options)
        const result = await runs.run(agent, 'hi', { ...options, stream: true })
        await result.completed
        return result
      }
      await expect(go()).rejects.toThrow('dies in one')
      expect((await go()).interruptions).toHaveLength(1)
      await runs.decide('r', 'call-two', { approve: true })
      await expect(go()).rejects.toThrow('dies in late')
      const result = await go()
      expect(result.finalOutput).toBe('Done.')
      expect(result.lastAgent?.name).toBe('Last')
      expect(done.sort()).toEqual(['deep', 'late', 'one', 'two'])
      expect(asked).toEqual(['First', 'First', 'Helper', 'Helper', 'First', 'Last', 'Last'])
      const plain = await setUp(new Set())
      const other = new RunStore(plain.driver, { sdk })
      await other.run(plain.agent, 'hi', { runId: 'r', session: plain.session })
      await other.decide('r', 'call-two', { approve: true })
      await other.run(plain.agent, 'hi', { runId: 'r', session: plain.session })
      expect(await session.getItems()).toEqual(await plain.session.getItems())
      await driver.close()
      await plain.driver.close()
    },
  )
})
