import { QUERY } from './attack.ts'

const MB = 1024 * 1024

interface RawAttack {
  /** Bytes on a socket, to which the server's end is waited for. */
  readonly text: string | ((token: string) => string)
  /** Of all answers that come back. */
  readonly statuses: readonly number[]
  /** In the last answer. */
  readonly error?: string
}

const ME = 'GET /v1/me HTTP/1.1\r\nHost: a\r\n'
const POST = `POST ${QUERY} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n`
const CLOSE = 'Connection: close\r\n\r\n'
const authorized = (token: string) => `Authorization: Bearer ${token}\r\n`
/** A request that would be answered with 200 and change much, if it were seen. */
const hidden = (token: string) =>
  `DELETE /v1/databases/main HTTP/1.1\r\nHost: a\r\n${authorized(token)}${CLOSE}`
const withBody = (head: string, body: string) => `${head}Content-Length: ${body.length}\r\n${CLOSE}${body}`
const unreadable = { statuses: [400] }

export const RAW_ATTACKS: Readonly<Record<string, RawAttack>> = {
  'a request without a host': { text: 'GET /v1/me HTTP/1.1\r\n\r\n', ...unreadable },
  'a host that is none': { text: `GET /v1/me HTTP/1.1\r\nHost: a b\r\n${CLOSE}`, ...unreadable },
  'two lengths': {
    text: (token) => `${POST}${authorized(token)}Content-Length: 1\r\nContent-Length: 2\r\n\r\nx`,
    ...unreadable,
  },
  'a negative length': { text: `${POST}Content-Length: -1\r\n\r\n`, ...unreadable },
  'a length with a sign': { text: `${POST}Content-Length: +1\r\n\r\nx`, ...unreadable },
  'a length in hexadecimal': { text: `${POST}Content-Length: 0x1\r\n\r\nx`, ...unreadable },
  'a length beyond 64 bits': { text: `${POST}Content-Length: ${'9'.repeat(30)}\r\n\r\nx`, ...unreadable },
  'a length, and chunks with a request after them': {
    text: (token) =>
      `${POST}${authorized(token)}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden(token)}`,
    ...unreadable,
  },
  'chunks, and a length with a request after it': {
    text: (token) =>
      `${POST}${authorized(token)}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${hidden(token)}`,
    ...unreadable,
  },
  'chunks behind another encoding': {
    text: (token) =>
      `${POST}${authorized(token)}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden(token)}`,
    ...unreadable,
  },
  'an encoding that there is not': {
    text: (token) =>
      `${POST}${authorized(token)}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden(token)}`,
    ...unreadable,
  },
  'a space before a colon': {
    text: (token) => `${POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${hidden(token)}`,
    ...unreadable,
  },
  'a chunk without an end': {
    text: (token) =>
      `${POST}${authorized(token)}Transfer-Encoding: chunked\r\n\r\n${'f'.repeat(17)}\r\n${hidden(token)}`,
    ...unreadable,
  },
  'lines that end in half': {
    text: (token) => `GET /v1/me HTTP/1.1\nHost: a\n\n${hidden(token)}`,
    ...unreadable,
  },
  'a header that continues': { text: `${ME}A: b\r\n c\0: d\r\n\r\n`, ...unreadable },
  'a line break in a token': {
    text: (token) => `${ME}Authorization: Bearer x\ry${token}\r\n${CLOSE}`,
    ...unreadable,
  },
  'line breaks in a path': {
    text: (token) =>
      `GET /v1/databases/x%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: a\r\n${authorized(token)}${CLOSE}`,
    statuses: [404],
    error: 'There is no such database',
  },
  'headers of 100 kB': { text: `${ME}X: ${'x'.repeat(100_000)}\r\n\r\n`, statuses: [431] },
  'an authorization of 20 kB': {
    text: `${ME}Authorization: Bearer ${'x'.repeat(20_000)}\r\n\r\n`,
    statuses: [431],
  },
  'three thousand headers': {
    text: `${ME}${Array.from({ length: 3000 }, (_, n) => `${n}:\r\n`).join('')}\r\n`,
    statuses: [431],
  },
  'an unknown authorization and a known one': {
    text: (token) => `${ME}Authorization: Bearer x\r\n${authorized(token)}${CLOSE}`,
    statuses: [401],
    error: 'Invalid token format',
  },
  'a known authorization and an unknown one': {
    text: (token) => `${ME}${authorized(token)}Authorization: Bearer x\r\n${CLOSE}`,
    statuses: [401],
    error: 'Invalid token format',
  },
  'a request in the body of one without a token': {
    text: (token) => withBody(POST, hidden(token)),
    statuses: [401],
    error: 'Missing bearer token',
  },
  'a request in the body of one with a token': {
    text: (token) => withBody(`${POST}${authorized(token)}`, hidden(token)),
    statuses: [400],
    error: 'The body is not JSON in UTF-8.',
  },
  'a request in the body of one that has no body': {
    text: (token) => withBody(`${ME}${authorized('x')}`, hidden(token)),
    statuses: [401],
    error: 'The token is unknown, revoked or expired',
  },
  'a request in the body of one for a route that there is not': {
    text: (token) => withBody(`POST /x HTTP/1.1\r\nHost: a\r\n`, hidden(token)),
    statuses: [404],
    error: 'There is no such route',
  },
  'a request in the body of one to another namespace': {
    text: (token) => withBody(`${POST.replace('acme', 'other')}${authorized(token)}`, hidden(token)),
    statuses: [403],
    error: 'Token namespace mismatch',
  },
  '40 MB in chunks': {
    text: (token) =>
      `${POST}${authorized(token)}Transfer-Encoding: chunked\r\n${CLOSE}${(40 * MB).toString(16)}\r\n${'x'.repeat(40 * MB)}\r\n0\r\n\r\n`,
    statuses: [413],
    error: 'The body is larger than 33554432 bytes.',
  },
  'an expectation that there is not': { text: `${POST}Expect: money\r\n${CLOSE}`, statuses: [417] },
  'an upgrade': {
    text: `${ME}Upgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n`,
    statuses: [401],
    error: 'Missing bearer token',
  },
  'an absolute target': {
    text: `GET http://evil.example/v1/me HTTP/1.1\r\nHost: a\r\n${CLOSE}`,
    statuses: [401],
    error: 'Missing bearer token',
  },
  'a method that there is not': { text: `BREW /v1/me HTTP/1.1\r\nHost: a\r\n${CLOSE}`, ...unreadable },
  'a tunnel': { text: 'CONNECT evil.example:80 HTTP/1.1\r\nHost: a\r\n\r\n', statuses: [] },
  'the next protocol': { text: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', ...unreadable },
  'another protocol': { text: 'EHLO evil.example\r\n', ...unreadable },
}
