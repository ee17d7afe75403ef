import { existsSync, readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { databaseUrlFromEnv, driverFromEnv, openDriver } from '@persql/session-core'
import { user } from '@persql/test-support/agent-items'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PerSQLSession } from '../src/index.ts'
import { localHandle } from './support/local-handle.ts'
import { remoteServer } from './support/remote.ts'

let inFolder: ReturnType<typeof temporaryPaths>

beforeEach(() => {
  inFolder = temporaryPaths()
})

afterEach(() => {
  vi.unstubAllEnvs()
})

test.each([
  ['a path', (path: string) => path],
  ['file:', (path: string) => `file:${path}`],
  ['file://', (path: string) => pathToFileURL(path).href],
  ['sqljs:', (path: string) => `sqljs:${path}`],
])('opens a session on %s, which is there again when it is opened next', async (_, url) => {
  const path = inFolder('with space.db')
  {
    await using session = await PerSQLSession.open('s', url(path))
    await session.addItems([user('kept')])
  }
  expect(existsSync(path)).toBe(true)
  await using again = await PerSQLSession.open('s', url(path))
  expect(await again.getItems()).toEqual([user('kept')])
})

test.each([':memory:', 'sqljs::memory:'])('opens a session on %s, which is gone afterwards', async (url) => {
  for (const expected of [0, 0]) {
    await using session = await PerSQLSession.open('s', url)
    expect(await session.getItems()).toHaveLength(expected)
    await session.addItems([user('gone')])
  }
})

test.each(['agents.db', './agents.db', 'file:agents.db', 'sqljs:agents.db'])(
  'finds %s in the working folder of the moment of the call',
  async (url) => {
    const before = process.cwd()
    try {
      process.chdir(inFolder('.'))
      const opening = PerSQLSession.open('s', url)
      process.chdir('..')
      await using session = await opening
      await session.addItems([user('kept')])
    } finally {
      process.chdir(before)
    }
    expect(existsSync(inFolder('agents.db'))).toBe(true)
  },
)

test('refuses a name of a PerSQL database without a token, rather than make a file of that name', async () => {
  const names = ['acme/agents', 'acme/agents.pr-42', 'Acme_1/a']
  for (const name of names) {
    vi.stubEnv('PERSQL_DATABASE', name)
    const refusal = {
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(`persql://${name}.* PERSQL_TOKEN.* file:${name}`),
    }
    await expect(PerSQLSession.fromEnv('s')).rejects.toMatchObject(refusal)
    await expect(PerSQLSession.open('s', name)).rejects.toMatchObject(refusal)
    await expect(openDriver(name, { readOnly: true })).rejects.toMatchObject(refusal)
  }
})

test.each([
  'data/agents.db',
  'data/agents.SQLITE3',
  './data/agents',
  'data/deep/agents',
  'data/.agents',
  'agents',
  'file:data/agents',
])('takes %s for a file, with and without a token', (name) => {
  for (const env of [{}, { PERSQL_TOKEN: 'psql_live_x' }]) {
    expect(databaseUrlFromEnv({ PERSQL_DATABASE: name, ...env })).toBe(name)
  }
})

test('makes the file of a path that could only be one', async () => {
  const before = process.cwd()
  try {
    process.chdir(inFolder('.'))
    for (const name of ['data/agents.db', './data/agents', 'file:data/notes']) {
      await using session = await PerSQLSession.open('s', name)
      await session.addItems([user('kept')])
      expect(existsSync(name.replace('file:', ''))).toBe(true)
    }
  } finally {
    process.chdir(before)
  }
})

test('opens the database that the environment names', async () => {
  vi.stubEnv('PERSQL_DATABASE', inFolder('agents.db'))
  await using session = await PerSQLSession.fromEnv('s')
  await session.addItems([user('here')])
  const driver = await driverFromEnv({ PERSQL_DATABASE: `file:${inFolder('agents.db')}` })
  expect(await new PerSQLSession('s', driver).getItems()).toEqual([user('here')])
  await driver.close()
})

test.each(['persql://acme/by-url', 'acme/by-name'])(
  'opens %s on the server of the environment',
  async (name) => {
    const { url, adminToken } = await remoteServer()
    vi.stubEnv('PERSQL_API_URL', url)
    vi.stubEnv('PERSQL_TOKEN', adminToken)
    vi.stubEnv('PERSQL_DATABASE', name)
    for (const expected of [[], [user('kept')]]) {
      await using session = await PerSQLSession.fromEnv('s')
      expect(await session.getItems()).toEqual(expected)
      await session.addItems([user('kept')])
    }
  },
)

test('refuses a session id that is not one before it opens anything', async () => {
  const path = inFolder('agents.db')
  await expect(PerSQLSession.open('', `sqljs:${path}`)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  await expect(PerSQLSession.open('', 'redis://localhost')).rejects.toMatchObject({
    message: expect.stringContaining('session id'),
  })
  expect(existsSync(path)).toBe(false)
})

test('says what is missing in the environment', async () => {
  vi.stubEnv('PERSQL_DATABASE', '')
  await expect(PerSQLSession.fromEnv('s')).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('PERSQL_DATABASE'),
  })
})

test.each(['', 'redis://localhost', 'ftp://example.com/a.db'])('refuses the URL "%s"', async (url) => {
  await expect(openDriver(url)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
})

test.each(['file:///%zz', 'file://agents.db', 'file://host/agents.db', 'file:///a%2fb'])(
  'refuses the file URL "%s"',
  async (url) => {
    await expect(openDriver(url)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  },
)

test.each(['file:', 'sqljs:'])(
  'makes and changes nothing in a file that %s opens to look only',
  async (scheme) => {
    const path = inFolder('agents.db')
    const database = new DatabaseSync(path)
    database.exec('create table other (id)')
    database.close()
    const before = readFileSync(path)
    const driver = await openDriver(`${scheme}${path}`, { readOnly: true })
    expect(await new PerSQLSession('s', driver).getItems()).toEqual([])
    await expect(new PerSQLSession('s', driver).addItems([user('a')])).rejects.toMatchObject({
      code: 'NO_SUCH_TABLE',
    })
    await expect(driver.batch([{ sql: 'drop table other' }])).rejects.toMatchObject({ code: 'READ_ONLY' })
    await driver.close()
    expect(readFileSync(path).equals(before)).toBe(true)
  },
)

test('names the package to install when a driver is missing', async () => {
  // This repository has it, so Node.js is told not to find it.
  const name = '@persql/driver-persql'
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== name) return next(specifier, context)
      throw Object.assign(new Error(`Cannot find package '${name}'`), { code: 'ERR_MODULE_NOT_FOUND' })
    },
  })
  try {
    await expect(openDriver('persql://acme/agent-state')).rejects.toMatchObject({
      code: 'DRIVER_NOT_INSTALLED',
      message: expect.stringContaining(`npm install ${name}`),
    })
  } finally {
    hooks.deregister()
  }
})

test('closes only the database that a session opened itself', async () => {
  const driver = betterSqlite3Driver(':memory:')
  const close = vi.spyOn(driver, 'close')
  {
    await using session = new PerSQLSession('s', driver)
    await session.addItems([user('a')])
  }
  expect(close).not.toHaveBeenCalled()
  expect(await new PerSQLSession('s', driver).getItems()).toEqual([user('a')])
  await driver.close()

  const own = await PerSQLSession.open('s', ':memory:')
  await own.close()
  await own.close()
  await expect(own.getItems()).rejects.toMatchObject({ code: 'DRIVER_CLOSED' })

  const disposed = await PerSQLSession.open('s', ':memory:')
  await disposed[Symbol.asyncDispose]()
  await expect(disposed.getItems()).rejects.toMatchObject({ code: 'DRIVER_CLOSED' })
})

test('does no I/O until the first read or write', async () => {
  const path = inFolder('agents.db')
  const session = new PerSQLSession('s', betterSqlite3Driver(path))
  expect(await session.getSessionId()).toBe('s')
  await session.close()
  expect(existsSync(path)).toBe(false)
})

test('takes a PerSQL database handle, with one request for each operation', async () => {
  const handle = localHandle(inFolder('agents.db'))
  const requestsOf = async (operation: (session: PerSQLSession) => Promise<unknown>) => {
    const before = handle.requests
    await operation(new PerSQLSession('s', handle))
    return handle.requests - before
  }
  expect(await requestsOf((session) => session.getItems())).toBe(1)
  expect(await requestsOf((session) => session.addItems(Array.from({ length: 500 }, () => user('a'))))).toBe(
    1,
  )
  expect(await requestsOf((session) => session.popItem())).toBe(1)
  expect(await requestsOf((session) => session.replaceHistoryWithCompaction([user('b')]))).toBe(1)
  expect(await requestsOf((session) => session.clearSession())).toBe(1)
  handle.close()
})

test('takes a handle that gives its rows only as objects', async () => {
  const handle = localHandle(inFolder('agents.db'))
  const objectsOnly = {
    query: async (sql: string, params?: unknown[]) => ({ data: (await handle.query(sql, params)).data }),
    batch: async (...args: Parameters<typeof handle.batch>) =>
      (await handle.batch(...args)).map(({ data }) => ({ data })),
  }
  const session = new PerSQLSession('s', objectsOnly)
  await session.addItems([user('a'), user('b')])
  expect(await session.popItem()).toEqual(user('b'))
  expect(await session.getItems()).toEqual([user('a')])
  handle.close()
})

test('gives the errors of a handle their codes, by the detail of the service or by the message', async () => {
  const failing = (error: unknown) => {
    const fail = () => Promise.reject(error)
    return new PerSQLSession('s', { query: fail, batch: fail }, { createTables: false })
  }
  const detailed = (kind: string) => Object.assign(new Error('refused'), { status: 400, detail: { kind } })
  await expect(failing(detailed('unknown_table')).getItems()).rejects.toMatchObject({ code: 'NO_SUCH_TABLE' })
  await expect(failing(detailed('database_locked')).getItems()).rejects.toMatchObject({ code: 'BUSY' })
  await expect(failing(new Error('no such table: x')).popItem()).rejects.toMatchObject({
    code: 'NO_SUCH_TABLE',
  })
  const forbidden = Object.assign(new Error('role'), { status: 403 })
  await expect(failing(forbidden).popItem()).rejects.toMatchObject({ code: 'READ_ONLY', cause: forbidden })
})

test('refuses, when it is made, what is no database and what is no session id', () => {
  const driver = betterSqlite3Driver(':memory:')
  for (const database of [undefined, null, 'agents.db', {}, { query() {} }, { batch() {} }]) {
    expect(() => new PerSQLSession('s', database as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  }
  for (const sessionId of ['', ' ', 'a\0b', '\ud800', 'x'.repeat(2000), undefined, 7]) {
    expect(() => new PerSQLSession(sessionId as string, driver)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  }
})
