import type * as Host from '@openai/agents-core'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { expect, test } from 'vitest'
import { PerSQLSession } from '../src/index.ts'

/** The oldest version of the peer range, some in between, and the newest. */
const versions: Record<string, () => Promise<unknown>> = {
  '0.3.0': () => import('agents-core-0.3.0'),
  '0.4.0': () => import('agents-core-0.4.0'),
  '0.8.0': () => import('agents-core-0.8.0'),
  '0.12.0': () => import('agents-core-0.12.0'),
  '0.16.0': () => import('agents-core-0.16.0'),
  current: () => import('@openai/agents-core'),
}

test.each(Object.keys(versions))(
  'remembers across turns with the runner of agents-core %s',
  async (version) => {
    const { Agent, Runner, Usage, setTracingDisabled } = (await versions[version]!()) as typeof Host
    setTracingDisabled(true)
    const seen: number[] = []
    const model: Host.Model = {
      async getResponse({ input }) {
        seen.push(input.length)
        const content = [{ type: 'output_text' as const, text: 'noted' }]
        return {
          usage: new Usage(),
          output: [{ type: 'message', role: 'assistant', status: 'completed', content }],
        }
      },
      getStreamedResponse() {
        throw new Error('This model does not stream.')
      },
    }
    const driver = betterSqlite3Driver(':memory:')
    const runner = new Runner({ modelProvider: { getModel: () => model } })
    const agent = new Agent({ name: 'Tester', model })
    for (const message of ['one', 'two']) {
      await runner.run(agent, message, { session: new PerSQLSession('s', driver) })
    }
    expect(seen).toEqual([1, 3])
    expect(await new PerSQLSession('s', driver).getItems()).toHaveLength(4)
    await driver.close()
  },
)
