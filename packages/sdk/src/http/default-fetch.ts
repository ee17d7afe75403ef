import type { Fetch, FetchInit, FetchResponse } from './fetch.ts'

// The part of Node.js that is used here. It is asked for at run time, so that nothing is imported anywhere.

interface NodeProcess {
  getBuiltinModule?(name: 'node:http' | 'node:https'): Http
  getBuiltinModule?(name: 'node:buffer'): { readonly Buffer: { concat(pieces: readonly Bytes[]): Bytes } }
}

interface Http {
  request(options: object, onResponse: (response: IncomingMessage) => void): ClientRequest
}

interface Bytes {
  toString(): string
}

interface ClientRequest {
  on(event: 'error', listener: (error: Error) => void): void
  end(body: string | undefined): void
  destroy(error?: Error): void
}

interface IncomingMessage {
  readonly statusCode: number
  /** Names and values in turns. */
  readonly rawHeaders: readonly string[]
  on(event: 'data', listener: (piece: Bytes) => void): void
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
  const buffers = isNode ? process?.getBuiltinModule?.('node:buffer') : undefined
  if (!http || !https || !buffers) return (...args) => globalThis.fetch(...args)
  let target: Target | undefined
  return (url, init) => {
    // A client has one origin, which is not taken apart for each call.
    if (!target || !url.startsWith(target.origin) || url[target.origin.length] !== '/') {
      target = targetOf(url, http, https)
    }
    return request(target, url.slice(target.origin.length), init, buffers.Buffer.concat)
  }
}

interface Target {
  readonly http: Http
  readonly origin: string
  readonly address: { readonly protocol: string; readonly hostname: string; readonly port: string }
}

function targetOf(url: string, http: Http, https: Http): Target {
  const { protocol, hostname, port, origin } = new URL(url)
  // As in a URL, but without the brackets of IPv6.
  const address = { protocol, hostname: hostname.replace(/^\[|\]$/g, ''), port }
  return { http: protocol === 'https:' ? https : http, origin, address }
}

function request(
  { http, address }: Target,
  path: string,
  { method, headers, body, signal }: FetchInit,
  concat: Concat,
): Promise<FetchResponse> {
  return new Promise((resolve, reject) => {
    const sent = http.request({ ...address, path, method, headers }, (response) =>
      resolve(toResponse(response, concat)),
    )
    sent.on('error', reject)
    const stop = () => sent.destroy(signal.reason as Error)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
    sent.end(body)
  })
}

type Concat = (pieces: readonly Bytes[]) => Bytes

function toResponse(response: IncomingMessage, concat: Concat): FetchResponse {
  const { statusCode: status, rawHeaders } = response
  return {
    status,
    ok: status >= 200 && status < 300,
    headers: {
      get(name) {
        for (let index = 0; index < rawHeaders.length; index += 2) {
          if (rawHeaders[index]?.toLowerCase() === name) return rawHeaders[index + 1] ?? null
        }
        return null
      },
    },
    text: () =>
      new Promise((resolve, reject) => {
        const pieces: Bytes[] = []
        response.on('data', (piece) => pieces.push(piece))
        response.on('end', () =>
          resolve((pieces.length === 1 ? pieces[0] : concat(pieces))?.toString() ?? ''),
        )
        response.on('error', reject)
      }),
  }
}
