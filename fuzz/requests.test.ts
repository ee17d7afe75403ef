import { connect } from 'node:net'
import { ROUTES } from '@persql/sdk/protocol'
import { afterAll, expect } from 'vitest'
import { fuzz } from './support/fuzz.ts'
import { type HttpAnswer, httpAnswers } from './support/http-answers.ts'
import { type Exchange, exchanges, type MutatedRequest } from './support/mutated-requests.ts'
import { requestBytes } from './support/request-bytes.ts'
import { startTarget, type Target } from './support/start-target.ts'

/** What the OpenAPI document does not have, with the statuses of the answers. */
const OTHERS: Readonly<Record<string, readonly number[]>> = {
  'POST /mcp': [200, 202, 400, 401, 403, 404, 405, 406, 413, 415, 503],
  'GET /mcp': [401, 403, 405, 503],
  'GET /healthz': [200],
  'GET /metrics': [200],
  'GET /reference': [200],
  'GET /api/openapi.json': [200],
  'GET /console/': [200],
  'GET /console/{file}': [200, 404],
  'GET /': [302],
}
/** The parser of HTTP says so, without a body, and closes the connection. */
const BARE = [400, 413, 417, 431]
const WAIT_MS = 20_000

const DOCUMENTED = Object.values(ROUTES).map(
  ({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`,
)
const OPERATIONS = [...DOCUMENTED, ...Object.keys(OTHERS)].map(
  (operation) => operation.split(' ') as [method: string, route: string],
)

let target: Target | undefined
let documented: ReadonlyMap<string, readonly number[]> = new Map()
let before: unknown

afterAll(() => target?.stop())

fuzz(
  'the server answers whatever is sent as its document says, and nobody changes what he may not',
  exchanges(OPERATIONS),
  async (exchange) => {
    const server = await running()
    const { role, requests, damage } = exchange
    const received = await send(server, exchange)
    expect(received.toString('latin1')).not.toMatch(/HTTP\/1\.1 500/)
    if (!damage) checkAnswers(requests, received)
    expect([server.hasEnded(), server.newFailures()]).toEqual([false, ''])
    expect((await server.call('GET', '/v1/me')).status).toBe(200)
    if (role === 'admin') {
      if (!(await server.isWhole())) await restart()
      else before = await server.state()
      return
    }
    expect(await server.state()).toEqual(before)
  },
)

async function running(): Promise<Target> {
  return target && !target.hasEnded() ? target : restart()
}

async function restart(): Promise<Target> {
  await target?.stop()
  target = await startTarget()
  documented = await target.statuses()
  before = await target.state()
  return target
}

/** Everything that came back, once there are as many answers as requests, or the connection has ended. */
async function send({ port, tokens, ids }: Target, exchange: Exchange): Promise<Buffer> {
  const { role, requests, damage, pieces } = exchange
  let bytes = Buffer.concat(requests.map((request) => requestBytes(request, tokens[role], ids)))
  for (const [at, replacement] of damage?.replaced ?? []) {
    bytes.set(
      replacement.subarray(0, bytes.length),
      Math.floor(at * Math.max(0, bytes.length - replacement.length)),
    )
  }
  bytes = bytes.subarray(0, Math.ceil((damage?.end ?? 1) * bytes.length))
  const methods = requests.map(({ method }) => method)
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const received: Buffer[] = []
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => {
        socket.destroy()
        if (!damage) reject(new Error(`Not all answers came: ${Buffer.concat(received).toString('latin1')}`))
      },
      damage ? 3000 : WAIT_MS,
    )
    socket.on('data', (piece) => {
      received.push(piece)
      try {
        if (damage || httpAnswers(Buffer.concat(received), methods).length < requests.length) return
      } catch (error) {
        reject(error)
      }
      socket.destroy()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(timer)
      resolve()
    })
    const length = Math.ceil(bytes.length / pieces)
    for (let start = 0; start < bytes.length; start += length)
      socket.write(bytes.subarray(start, start + length))
    if (!damage) return
    if (damage.isReset) socket.resetAndDestroy()
    else socket.end()
  })
  return Buffer.concat(received)
}

function checkAnswers(requests: readonly MutatedRequest[], received: Buffer): void {
  const answers = httpAnswers(
    received,
    requests.map(({ method }) => method),
  )
  for (const [index, answer] of answers.entries()) checkAnswer(requests[index] as MutatedRequest, answer)
  // The parser ends the connection at headers that are too long, with those before them unanswered.
  if (requests.some(({ headers }) => headers.some(([name]) => name === 'long'))) return
  const last = answers.at(-1)
  if (answers.length < requests.length) expect(last?.headers.get('connection')).toBe('close')
}

function checkAnswer(request: MutatedRequest, { status, headers, body }: HttpAnswer): void {
  const { method, route } = request
  // With another method or another segment, the path may be another route.
  const known = request.isExact ? statusesOf(method === 'HEAD' ? 'GET' : method, route) : undefined
  if (BARE.includes(status) && body === '') return
  const allowed = known ?? [...new Set([...documented.values()].flat()), 302, 405]
  expect(allowed, `${method} ${route}`).toContain(status)
  if (method === 'HEAD' || route === '/mcp' || status === 302) return
  if (status < 400) {
    if (headers.get('content-type') !== 'application/json' || !route.startsWith('/v1/')) return
    expect(JSON.parse(body)).toMatchObject({ success: true })
  } else {
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    expect(JSON.parse(body)).toMatchObject({ success: false, error: expect.stringMatching(/./) })
  }
}

function statusesOf(method: string, route: string): readonly number[] | undefined {
  const known = documented.get(`${method} ${route}`)
  return known ?? OTHERS[`${method} ${route}`]
}
