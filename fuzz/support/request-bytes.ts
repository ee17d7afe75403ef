import type { MutatedRequest } from './mutated-requests.ts'

/** A request as it is sent, framed as HTTP wants it. `$name` in a path stands for an id. */
export function requestBytes(
  { route, method, segments, search, headers, body, isChunked, isAnonymous }: MutatedRequest,
  token: string,
  ids: Readonly<Record<string, string>>,
): Buffer {
  const values = [...segments]
  const path = route.replace(/\{\w+\}/g, () => {
    const value = values.shift() ?? ''
    return value.startsWith('$')
      ? (ids[value.slice(1)] ?? value)
      : value.replace(/[^!-~]/gu, encodeURIComponent)
  })
  const names = new Set(headers.map(([name]) => name))
  const lines = [`${method} ${path}${search} HTTP/1.1`, 'host: localhost']
  if (!isAnonymous && !names.has('authorization')) lines.push(`authorization: Bearer ${token}`)
  if (body.length > 0 && !names.has('content-type')) lines.push('content-type: application/json')
  if (route === '/mcp' && !names.has('accept')) lines.push('accept: application/json, text/event-stream')
  for (const [name, value] of headers) lines.push(`${name}: ${value}`)
  const isBare = body.length === 0 && method !== 'POST' && method !== 'PUT'
  if (!isBare) lines.push(isChunked ? 'transfer-encoding: chunked' : `content-length: ${body.length}`)
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)
  if (isBare) return head
  if (!isChunked) return Buffer.concat([head, body])
  const half = Math.floor(body.length / 2)
  const chunks = [body.subarray(0, half), body.subarray(half)].filter(({ length }) => length > 0)
  return Buffer.concat([
    head,
    ...chunks.flatMap((chunk) => [
      Buffer.from(`${chunk.length.toString(16)}\r\n`),
      chunk,
      Buffer.from('\r\n'),
    ]),
    Buffer.from('0\r\n\r\n'),
  ])
}
