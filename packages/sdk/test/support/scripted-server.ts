import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
}

export type Answer = (response: ServerResponse) => unknown

export interface ScriptedServer extends AsyncDisposable {
  readonly url: string
  readonly requests: readonly Received[]
}

/** A real HTTP server that gives these answers in turn, the last one for ever. */
export async function scriptedServer(...answers: readonly Answer[]): Promise<ScriptedServer> {
  const requests: Received[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += chunk
    const { method = '', url = '', headers } = request
    requests.push({ method, path: url, headers, body: text === '' ? undefined : JSON.parse(text) })
    answers[Math.min(requests.length, answers.length) - 1]!(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const EMPTY_RESULT = { columns: [], rows: [], rowsRead: 0, rowsWritten: 0 }

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

export function success(data: unknown, rest: object = {}): Answer {
  return json(200, { success: true, data, ...rest })
}

export function failure(
  status: number,
  error: string,
  rest: object = {},
  headers?: Record<string, string>,
): Answer {
  return json(status, { success: false, error, ...rest }, headers)
}

export function html(status: number): Answer {
  return (response) =>
    response.writeHead(status, { 'content-type': 'text/html' }).end('<!doctype html><h1>Bad gateway</h1>')
}

/** The request arrives, and the connection ends without an answer. */
export const lost: Answer = (response) => response.socket?.destroy()

/** The connection ends in the middle of the answer. */
export const cut: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
  response.write('{"success":true,"data":{"colu', () => response.socket?.destroy())
}

/** A complete answer whose JSON is not. */
export const truncated: Answer = (response) => response.end('{"success":true,"data":{"colu')

export const silent: Answer = () => {}
