import { afterEach, expect, test, vi } from 'vitest'
import { PerSQL, RateLimitError } from '../src/index.ts'
import {
  type Answer,
  cut,
  EMPTY_RESULT,
  failure,
  html,
  lost,
  scriptedServer,
  silent,
  success,
  truncated,
} from './support/scripted-server.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const ok = success(EMPTY_RESULT)

const temporary: Record<string, Answer> = {
  'a lost reply': lost,
  'a reply that is cut short': cut,
  'truncated JSON': truncated,
  'an HTML error page': html(502),
  'an HTML page that says 200': html(200),
  'status 429': failure(429, 'Slow down', {}, { 'retry-after': '0' }),
  'status 500': failure(500, 'Internal error'),
  'status 503': failure(503, 'Restarting'),
  'a locked database': failure(503, 'locked', {
    errorDetail: { kind: 'database_locked', message: 'locked' },
  }),
}

test.each(Object.entries(temporary))(
  'repeats a write after %s, with the same key and body',
  async (_, answer) => {
    await using server = await scriptedServer(answer, ok)
    const database = new PerSQL({ token: 't', baseURL: server.url }).database('acme/orders')
    expect(await database.query('delete from t where id = ?', [1])).toMatchObject(EMPTY_RESULT)
    const [first, second, ...others] = server.requests
    expect(others).toEqual([])
    expect(first?.headers['idempotency-key']).toBeTruthy()
    expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key'])
    expect(second?.body).toEqual(first?.body)
  },
)

test.each(['a lost reply', 'status 500'])(
  'says that a write may have been applied when the repetition after %s was refused before its SQL',
  async (name) => {
    await using server = await scriptedServer(temporary[name]!, failure(401, 'Token revoked'))
    const database = new PerSQL({ token: 't', baseURL: server.url }).database('acme/orders')
    const error = await database.query('delete from t').catch((reason: unknown) => reason)
    expect(error).toMatchObject(name === 'a lost reply' ? { code: 'network' } : { code: 'api', status: 500 })
    expect(error).toMatchObject({ cause: { code: 'api', status: 401 } })
  },
)

test.each(['status 429', 'a locked database'])(
  'says that a write may have been applied when all that follows a lost reply is %s',
  async (name) => {
    await using server = await scriptedServer(lost, temporary[name]!)
    const options = { token: 't', baseURL: server.url, maxRetries: 2 }
    const database = new PerSQL(options).database('acme/orders')
    const error = await database.query('delete from t').catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'network', cause: { code: 'api' } })
    expect(error).not.toHaveProperty('detail')
    expect(server.requests).toHaveLength(3)
  },
)

test('says why a read was refused, whatever became of the attempts before', async () => {
  await using server = await scriptedServer(lost, failure(401, 'Token revoked'))
  const database = new PerSQL({ token: 't', baseURL: server.url }).database('acme/orders')
  const call = database.query('select 1', [], { readOnly: true })
  await expect(call).rejects.toMatchObject({ code: 'api', status: 401 })
})

test('says that a write was not applied when its SQL fails after a lost reply', async () => {
  const errorDetail = { kind: 'unknown_table', message: 'no such table: t' }
  await using server = await scriptedServer(lost, failure(400, errorDetail.message, { errorDetail }))
  const database = new PerSQL({ token: 't', baseURL: server.url }).database('acme/orders')
  await expect(database.query('delete from t')).rejects.toMatchObject({ code: 'api', status: 400 })
})

test('leaves open whether a write was applied that the server stopped', async () => {
  const errorDetail = { kind: 'timeout', message: 'stopped' }
  await using server = await scriptedServer(lost, failure(504, errorDetail.message, { errorDetail }), ok)
  const database = new PerSQL({ token: 't', baseURL: server.url }).database('acme/orders')
  await expect(database.query('delete from t')).rejects.toMatchObject({ status: 504, detail: errorDetail })
})

test.each(['status 429', 'a locked database'])(
  'says why a write was refused when no attempt before can have been applied: after %s',
  async (name) => {
    await using server = await scriptedServer(temporary[name]!, failure(401, 'Token revoked'))
    const database = new PerSQL({ token: 't', baseURL: server.url }).database('acme/orders')
    await expect(database.query('delete from t')).rejects.toMatchObject({ status: 401 })
  },
)

test('repeats reads, which have no key', async () => {
  await using server = await scriptedServer(lost, ok, html(503), success([]))
  const persql = new PerSQL({ token: 't', baseURL: server.url })
  await persql.database('acme/orders').query('select 1', [], { readOnly: true })
  expect(await persql.databases.list()).toEqual([])
  expect(server.requests).toHaveLength(4)
})

test.each<[string, (persql: PerSQL) => Promise<unknown>]>([
  ['databases.create', (persql) => persql.databases.create('a')],
  ['databases.delete', (persql) => persql.databases.delete('a')],
  ['branches.claim', (persql) => persql.database('a/b').branches.claim()],
  ['branches.upsert', (persql) => persql.database('a/b').branches.upsert('r')],
  ['tokens.create', (persql) => persql.tokens.create('a')],
])('does not repeat %s, which has no key', async (_, call) => {
  await using server = await scriptedServer(lost, success({}))
  await expect(call(new PerSQL({ token: 't', baseURL: server.url }))).rejects.toMatchObject({
    code: 'network',
  })
  expect(server.requests).toHaveLength(1)
})

test.each<[string, Answer]>([
  [
    'SQL that fails',
    failure(400, 'no such table: t', { errorDetail: { kind: 'unknown_table', message: '' } }),
  ],
  [
    'a statement that took too long',
    failure(504, 'stopped', { errorDetail: { kind: 'timeout', message: '' } }),
  ],
  ['a token that is refused', failure(401, 'Invalid token')],
  ['a database that does not exist', failure(404, 'No such database')],
  ['a body that is too large', failure(413, 'Too large')],
])('does not repeat %s', async (_, answer) => {
  await using server = await scriptedServer(answer, ok)
  const database = new PerSQL({ token: 't', baseURL: server.url }).database('acme/orders')
  await expect(database.query('delete from t')).rejects.toMatchObject({ code: 'api' })
  expect(server.requests).toHaveLength(1)
})

test('gives up after maxRetries, of the client or of the call', async () => {
  await using server = await scriptedServer(html(502))
  const database = new PerSQL({ token: 't', baseURL: server.url, maxRetries: 1 }).database('acme/orders')
  await expect(database.query('select 1')).rejects.toMatchObject({ status: 502, message: 'HTTP 502' })
  expect(server.requests).toHaveLength(2)
  await expect(database.query('select 1', [], { maxRetries: 0 })).rejects.toMatchObject({ status: 502 })
  expect(server.requests).toHaveLength(3)
})

test('rejects with code network where nobody listens', async () => {
  const server = await scriptedServer(ok)
  await server[Symbol.asyncDispose]()
  const database = new PerSQL({ token: 't', baseURL: server.url, maxRetries: 0 }).database('acme/orders')
  await expect(database.query('select 1')).rejects.toMatchObject({
    name: 'PerSQLError',
    code: 'network',
    message: expect.stringContaining('ECONNREFUSED'),
  })
})

test('ends an attempt that gets no answer in time, and makes the next one', async () => {
  await using server = await scriptedServer(silent, ok)
  const database = new PerSQL({ token: 't', baseURL: server.url, timeout: 500 }).database('acme/orders')
  expect(await database.query('delete from t', [], { timeout: 500 })).toMatchObject(EMPTY_RESULT)
  expect(server.requests).toHaveLength(2)
})

test('rejects with code timeout where no attempt gets an answer in time', async () => {
  await using server = await scriptedServer(silent)
  const database = new PerSQL({ token: 't', baseURL: server.url, maxRetries: 0 }).database('acme/orders')
  await expect(database.query('select 1', [], { timeout: 20 })).rejects.toMatchObject({ code: 'timeout' })
})

test('is aborted before the call, during an attempt, and between two', async () => {
  await using server = await scriptedServer(silent, failure(429, 'Slow down', {}, { 'retry-after': '50' }))
  const database = new PerSQL({ token: 't', baseURL: server.url }).database('acme/orders')
  const reason = new Error('enough')
  const before = AbortSignal.abort(reason)
  await expect(database.query('select 1', [], { signal: before })).rejects.toMatchObject({ code: 'aborted' })
  expect(server.requests).toHaveLength(0)

  for (const requests of [1, 2]) {
    const controller = new AbortController()
    const call = database.query('select 1', [], { signal: controller.signal })
    const rejected = expect(call).rejects.toMatchObject({ code: 'aborted', cause: reason })
    await expect.poll(() => server.requests).toHaveLength(requests)
    controller.abort(reason)
    await rejected
  }
})

/** The milliseconds between the attempts of a call that never succeeds, on a clock of its own. */
async function delays(answer: () => Response, maxRetries: number): Promise<number[]> {
  vi.useFakeTimers()
  const times: number[] = []
  const fetch = async () => {
    times.push(Date.now())
    return answer()
  }
  const persql = new PerSQL({ token: 't', fetch, maxRetries })
  const call = persql.database('acme/orders').query('delete from t')
  const settled = call.catch((error: unknown) => error)
  await vi.runAllTimersAsync()
  expect(await settled).toBeInstanceOf(Error)
  return times.slice(1).map((time, index) => time - times[index]!)
}

test.each([
  ['longest', 0.999_999, [100, 200, 400, 800, 1600, 3200, 5000, 5000]],
  ['shortest', 0, [50, 100, 200, 400, 800, 1600, 2500, 2500]],
])('waits for a random time that grows: the %s ones', async (_, random, expected) => {
  vi.spyOn(Math, 'random').mockReturnValue(random)
  const found = await delays(() => new Response('', { status: 503 }), 8)
  expect(found.map((delay) => Math.round(delay / 10) * 10)).toEqual(expected)
})

test('waits for as long as Retry-After says, in seconds or until a date', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const inSeconds = () => new Response('{}', { status: 429, headers: { 'retry-after': '7' } })
  expect(await delays(inSeconds, 2)).toEqual([7050, 7100])
  vi.setSystemTime('2026-01-01T00:00:00Z')
  const date = 'Thu, 01 Jan 2026 00:00:20 GMT'
  const untilDate = () => new Response('{}', { status: 503, headers: { 'retry-after': date } })
  expect((await delays(untilDate, 1))[0]).toBe(20_050)
})

test('does not wait for more than a minute, but tells how long it would have to', async () => {
  await using server = await scriptedServer(failure(429, 'Slow down', {}, { 'retry-after': '120' }))
  const database = new PerSQL({ token: 't', baseURL: server.url }).database('acme/orders')
  const error: unknown = await database.query('select 1').catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(RateLimitError)
  expect(error).toMatchObject({ status: 429, retryAfter: 120, message: 'Slow down' })
  expect(server.requests).toHaveLength(1)
})
