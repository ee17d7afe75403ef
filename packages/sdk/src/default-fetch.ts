import type { Fetch, FetchResponse } from './http-client.ts'

// The part of Node.js that is used here. It is asked for at run time, so that nothing is imported anywhere.

interface NodeProcess {
  getBuiltinModule?(name: 'node:http' | 'node:https'): Http
}

interface Http {
  request(url: URL, options: object, onResponse: (response: IncomingMessage) => void): ClientRequest
}

interface ClientRequest {
  on(event: 'error', listener: (error: Error) => void): void
  end(body: string | undefined): void
  destroy(error?: Error): void
}

interface IncomingMessage {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  setEncoding(encoding: 'utf8'): void
  on(event: 'data', listener: (piece: string) => void): void
  on(event: 'end', listener: () => void): void
  on(event: 'error', listener: (error: Error) => void): void
}

/**
 * What requests are made with unless the caller brings something: `globalThis.fetch`, and in Node.js its own
 * `node:http` and `node:https` with their global agents, which take less time for a small call.
 */
export function defaultFetch(): Fetch {
  const { navigator, process } = globalThis as { navigator?: Navigator; process?: NodeProcess }
  // Others offer the modules of Node.js too, but they are not faster there: https://runtime-keys.proposal.wintertc.org
  const isNode = navigator?.userAgent?.startsWith('Node.js/')
  const http = isNode ? process?.getBuiltinModule?.('node:http') : undefined
  const https = isNode ? process?.getBuiltinModule?.('node:https') : undefined
  if (!http || !https) return (...args) => globalThis.fetch(...args)
  return (url, init) => {
    const target = new URL(url)
    return request(target.protocol === 'https:' ? https : http, target, init)
  }
}

function request(
  http: Http,
  url: URL,
  { method, headers, body, signal }: Parameters<Fetch>[1],
): Promise<FetchResponse> {
  return new Promise((resolve, reject) => {
    const sent = http.request(url, { method, headers }, (response) => resolve(toResponse(response)))
    sent.on('error', reject)
    const stop = () => sent.destroy(signal.reason as Error)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
    sent.end(body)
  })
}

function toResponse(response: IncomingMessage): FetchResponse {
  const { statusCode: status, headers } = response
  return {
    status,
    ok: status >= 200 && status < 300,
    headers: {
      get(name) {
        const value = headers[name]
        return (Array.isArray(value) ? value[0] : value) ?? null
      },
    },
    text: () =>
      new Promise((resolve, reject) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (piece) => {
          text += piece
        })
        response.on('end', () => resolve(text))
        response.on('error', reject)
      }),
  }
}
