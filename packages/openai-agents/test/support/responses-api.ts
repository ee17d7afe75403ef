import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a model answers: the items of one response each. */
export type Responses = readonly (readonly object[])[]

/** A server that plays prepared responses, as the Responses API would give them, and records what it was asked. */
export interface ResponsesApi {
  /** Plays these responses to the requests to the URL that it returns, one after the other. */
  play(run: string, responses: Responses): string
  /** The `input` of each request of a run. */
  asked(run: string): readonly unknown[]
  close(): Promise<void>
}

export async function startResponsesApi(): Promise<ResponsesApi> {
  const runs = new Map<string, { readonly responses: object[][]; readonly asked: unknown[] }>()
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      const run = runs.get(decodeURIComponent(request.url?.split('/')[1] ?? ''))
      const output = run?.responses.shift()
      if (!run || !output) {
        response.writeHead(400).end('{"error":{"message":"No response is prepared."}}')
        return
      }
      const body = JSON.parse(text) as { input: unknown; stream?: boolean }
      run.asked.push(body.input)
      const whole = responseOf(`resp_${run.asked.length}`, output)
      if (body.stream !== true) {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(whole))
        return
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const [type, fields] of [
        ['response.created', { response: { ...whole, status: 'in_progress', output: [] } }],
        ...output.map((item, index) => ['response.output_item.done', { item, output_index: index }] as const),
        ['response.completed', { response: whole }],
      ] as const) {
        response.write(`event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: 0, ...fields })}\n\n`)
      }
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    play(run, responses) {
      runs.set(run, { responses: responses.map((items) => [...items]), asked: [] })
      return `http://127.0.0.1:${port}/${encodeURIComponent(run)}`
    },
    asked: (run) => runs.get(run)?.asked ?? [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function responseOf(id: string, output: readonly object[]): object {
  return {
    id,
    object: 'response',
    created_at: 1,
    status: 'completed',
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model: 'gpt-5',
    output,
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    usage: {
      input_tokens: 1,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: 1,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 2,
    },
  }
}
