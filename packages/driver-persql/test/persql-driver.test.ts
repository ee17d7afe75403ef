import { PerSQL } from '@persql/sdk'
import { openDriver, type SqlResult } from '@persql/session-core'
import { afterEach, expect, test, vi } from 'vitest'
import { openPersqlDriver, persqlDriver } from '../src/index.ts'

afterEach(() => vi.unstubAllEnvs())

/** A handle whose calls settle when the test says so. */
function manualHandle() {
  const calls: { sql: string[]; readOnly: boolean | undefined; settle: PromiseWithResolvers<[]> }[] = []
  return {
    calls,
    started: () => calls.map(({ sql }) => sql.join()),
    query: () => Promise.reject(new Error('not used')),
    batch(statements: readonly { sql: string }[], options?: { readOnly?: boolean }) {
      const settle = Promise.withResolvers<[]>()
      calls.push({ sql: statements.map(({ sql }) => sql), readOnly: options?.readOnly, settle })
      return settle.promise
    },
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))
const batch = (sql: string) => [{ sql }]

test('runs reads at the same time, and each write alone, in the order of the calls', async () => {
  const handle = manualHandle()
  const driver = persqlDriver(handle)
  const settled: string[] = []
  for (const sql of ['read 1', 'read 2', 'write 1', 'write 2', 'read 3', 'read 4']) {
    const running = driver.batch(batch(sql), { readOnly: sql.startsWith('read') })
    running.then(() => settled.push(sql))
  }
  await turn()
  expect(handle.started()).toEqual(['read 1', 'read 2'])
  handle.calls[1]?.settle.resolve([])
  await turn()
  expect(handle.started()).toEqual(['read 1', 'read 2'])
  handle.calls[0]?.settle.resolve([])
  await turn()
  expect(handle.started()).toEqual(['read 1', 'read 2', 'write 1'])
  handle.calls[2]?.settle.resolve([])
  await turn()
  expect(handle.started()).toEqual(['read 1', 'read 2', 'write 1', 'write 2'])
  handle.calls[3]?.settle.resolve([])
  await turn()
  expect(handle.started().slice(4)).toEqual(['read 3', 'read 4'])
  for (const call of handle.calls) call.settle.resolve([])
  await turn()
  expect(settled).toEqual(['read 2', 'read 1', 'write 1', 'write 2', 'read 3', 'read 4'])
})

test('goes on after a batch that failed', async () => {
  const handle = manualHandle()
  const driver = persqlDriver(handle)
  const failing = driver.batch(batch('write 1'))
  const next = driver.batch(batch('write 2'))
  await turn()
  handle.calls[0]?.settle.reject(Object.assign(new Error('down'), { status: 503 }))
  await expect(failing).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  await turn()
  handle.calls[1]?.settle.resolve([])
  expect(await next).toEqual([])
})

test('tells the handle which batches only read', async () => {
  const handle = manualHandle()
  const driver = persqlDriver(handle)
  const both = [driver.batch(batch('read'), { readOnly: true }), driver.batch(batch('write'))]
  for (const call of [0, 1]) {
    await turn()
    handle.calls[call]?.settle.resolve([])
  }
  await Promise.all(both)
  expect(handle.calls.map(({ readOnly }) => readOnly)).toEqual([true, false])
})

test('waits for running batches when it is closed, and leaves the handle open', async () => {
  const client = new PerSQL({ local: ':memory:' })
  const driver = persqlDriver(client.database('acme/agents'))
  const running = driver.batch(batch('select 1 as a'))
  await driver.close()
  expect((await running)[0]?.rows).toEqual([[1]])
  expect((await client.database('acme/agents').query('select 2 as a')).data).toEqual([{ a: 2 }])
  await client.close()
})

test.each<[string, object, string]>([
  ['a lost connection', { code: 'network' }, 'UNAVAILABLE'],
  ['no answer in time', { code: 'timeout' }, 'UNAVAILABLE'],
  ['a proxy in the way', { code: 'invalid_response' }, 'UNAVAILABLE'],
  ['a closed client', { code: 'closed' }, 'DRIVER_CLOSED'],
  ['a value that cannot be sent', { code: 'invalid_argument' }, 'INVALID_STATEMENT'],
  ['a token that is refused', { code: 'api', status: 401 }, 'CANNOT_OPEN'],
  ['an empty balance', { code: 'api', status: 402 }, 'UNAVAILABLE'],
  ['a role that may not write', { code: 'api', status: 403 }, 'READ_ONLY'],
  ['a database that does not exist', { code: 'api', status: 404 }, 'CANNOT_OPEN'],
  ['a body that is too large', { code: 'api', status: 413 }, 'TOO_LARGE'],
  ['too many requests', { code: 'api', status: 429 }, 'UNAVAILABLE'],
  ['a server that fails', { code: 'api', status: 500 }, 'UNAVAILABLE'],
  ['a statement that was stopped', { status: 504, detail: { kind: 'timeout' } }, 'UNAVAILABLE'],
  ['a lock', { status: 503, detail: { kind: 'database_locked' } }, 'BUSY'],
  ['a full disk', { status: 507, detail: { kind: 'disk_full' } }, 'FULL'],
  ['a constraint', { status: 400, detail: { kind: 'fk_violation' } }, 'CONSTRAINT'],
  ['a table outside the scope', { status: 403, detail: { kind: 'forbidden' } }, 'READ_ONLY'],
  ['anything else', { status: 400 }, 'SQL_ERROR'],
])('rejects %s with a code for it', async (_, fields, code) => {
  const cause = Object.assign(new Error('refused'), fields)
  const fail = () => Promise.reject(cause)
  await expect(persqlDriver({ query: fail, batch: fail }).batch(batch('select 1'))).rejects.toMatchObject({
    name: 'StorageError',
    code,
    message: 'refused',
    cause,
  })
})

test('says which statement failed where the server does', async () => {
  const cause = Object.assign(new Error('x'), { detail: { kind: 'unknown_table', statementIndex: 3 } })
  const fail = () => Promise.reject(cause)
  await expect(persqlDriver({ query: fail, batch: fail }).batch(batch('x'))).rejects.toMatchObject({
    code: 'NO_SUCH_TABLE',
    statementIndex: 3,
  })
})

test.each(['persql://acme/agents', 'persql:acme/agents'])('is what opens %s', async (url) => {
  vi.stubEnv('PERSQL_TOKEN', 't')
  vi.stubEnv('PERSQL_API_URL', 'http://127.0.0.1:1')
  const driver = await openDriver(url)
  expect(driver.dialect).toBe('sqlite')
  await driver.close()
  await expect(driver.batch([])).rejects.toMatchObject({ code: 'DRIVER_CLOSED' })
})

test('says what is missing to open a database by its name', async () => {
  vi.stubEnv('PERSQL_TOKEN', '')
  await expect(openPersqlDriver('acme/agents')).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('PERSQL_TOKEN'),
  })
  vi.stubEnv('PERSQL_TOKEN', 't')
  await expect(openPersqlDriver('agents')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
})

test('gives rows where the handle has them only as objects', async () => {
  const results = [{ data: [{ a: 1, b: 'x' }] }]
  const handle = { query: async () => results[0]!, batch: async () => results }
  const expected: SqlResult[] = [{ columns: ['a', 'b'], rows: [[1, 'x']] }]
  expect(await persqlDriver(handle).batch(batch('select'))).toEqual(expected)
})
