import { Agent, type Model, run, setTracingDisabled, tool, Usage } from '@openai/agents'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { UsageLog } from '@persql/session-core'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { PerSQLSession } from '../src/index.ts'

setTracingDisabled(true)

const lookUp = tool({
  name: 'look_up',
  description: 'Looks something up.',
  parameters: z.object({}),
  execute: async () => 'found',
})

type Response = Awaited<ReturnType<Model['getResponse']>>

/** A model that answers as the Responses API does: with the usage, the id and the name of the model. */
function metered(outputs: Response['output'][]): Model {
  let request = 0
  const getResponse = async (): Promise<Response> => {
    request += 1
    return {
      usage: new Usage({
        requests: 1,
        inputTokens: 100 * request,
        outputTokens: 10 * request,
        totalTokens: 110 * request,
        inputTokensDetails: [{ cached_tokens: 60 }],
        outputTokensDetails: [{ reasoning_tokens: 4 }],
      }),
      output: outputs[request - 1]!,
      responseId: `resp_${request}`,
      providerData: { model: 'gpt-5-2025-08-07' },
    }
  }
  return {
    getResponse,
    async *getStreamedResponse() {
      const { responseId = '', usage, output } = await getResponse()
      yield { type: 'response_done' as const, response: { id: responseId, usage, output: output as never } }
    },
  }
}

const call: Response['output'] = [
  { type: 'function_call', callId: 'c', name: 'look_up', arguments: '{}', status: 'completed' },
]
const answer: Response['output'] = [
  {
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: 'Here.' }],
  },
]

test.each([false, true])('each request of a run is recorded once, streamed: %s', async (stream) => {
  const driver = betterSqlite3Driver(':memory:')
  const session = new PerSQLSession('user-42', driver)
  const agent = new Agent({ name: 'A', model: metered([call, answer, answer]), tools: [lookUp] })

  const take = async (input: string) => {
    if (!stream) return run(agent, input, { session })
    const result = await run(agent, input, { session, stream: true })
    await result.completed
    return result
  }
  const first = await take('Look it up.')
  await session.recordUsage(first, { durationMs: 1200 })
  await session.recordUsage(first)
  await session.recordUsage(await take('Again.'), { model: 'gpt-5' })
  await session.popItem()

  const requests = await new UsageLog(driver).requests('user-42')
  expect(
    requests.map(({ requestId, inputTokens, outputTokens, lastRow }) => [
      requestId,
      inputTokens,
      outputTokens,
      lastRow,
    ]),
  ).toEqual([
    ['resp_1', 100, 10, 4],
    ['resp_2', 200, 20, 4],
    ['resp_3', 300, 30, 6],
  ])
  expect(requests[1]).toMatchObject({
    cachedInputTokens: 60,
    reasoningTokens: 4,
    durationMs: 1200,
  })
  // The runner keeps nothing of the model of a streamed response.
  const models = stream ? [undefined, undefined, 'gpt-5'] : Array(3).fill('gpt-5-2025-08-07')
  expect(requests.map(({ model }) => model)).toEqual(models)
  await driver.close()
})

test('a response whose usage is not known is left out, and what is no result is refused', async () => {
  const driver = betterSqlite3Driver(':memory:')
  const session = new PerSQLSession('s', driver)
  await session.recordUsage({ rawResponses: [{ usage: new Usage(), output: [] }] })
  await expect(session.recordUsage({} as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  await driver.close()
})
