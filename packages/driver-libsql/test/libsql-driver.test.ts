import { createClient } from '@libsql/client'
import { SessionStore } from '@persql/session-core'
import { requestsOf } from '@persql/test-support/count-requests'
import { hranaServer } from '@persql/test-support/hrana-server'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { afterAll, expect, test } from 'vitest'
import { libsqlDriver } from '../src/index.ts'

const server = await hranaServer()
afterAll(() => server.close())

const batch = (sql: string) => [{ sql }]

test('is one request for each operation of a session, making its tables included', async () => {
  const driver = libsqlDriver(server.urlOf('counted'))
  const store = new SessionStore<{ n: number }>(driver)
  // The client asks once which versions of the protocol there are.
  await driver.batch(batch('select 1'))
  expect(await requestsOf(() => store.read('s'))).toBe(1)
  expect(await requestsOf(() => store.append('s', [{ n: 1 }, { n: 2 }]))).toBe(1)
  expect(await requestsOf(() => store.read('s'))).toBe(1)
  expect(await requestsOf(() => store.pop('s'))).toBe(1)
  expect(await requestsOf(() => store.replaceAll('s', [{ n: 3 }]))).toBe(1)
  await driver.close()
})

test('sends the token that it is given', async () => {
  const driver = libsqlDriver(server.urlOf('token'), { authToken: 'a.b.c' })
  await driver.batch(batch('select 1'))
  expect(server.authorization).toBe('Bearer a.b.c')
  await driver.close()
})

test.each([
  [401, 'CANNOT_OPEN'],
  [404, 'CANNOT_OPEN'],
  [413, 'TOO_LARGE'],
  [429, 'UNAVAILABLE'],
  [503, 'UNAVAILABLE'],
])('rejects the status %i with %s, and works on', async (status, code) => {
  const driver = libsqlDriver(server.urlOf('status'))
  server.intercept = (response) => Boolean(response.writeHead(status).end())
  await expect(driver.batch(batch('select 1'))).rejects.toMatchObject({ name: 'StorageError', code })
  server.intercept = undefined
  expect(await driver.batch(batch('select 1'))).toMatchObject([{ rows: [[1]] }])
  await driver.close()
})

test('rejects with UNAVAILABLE where the connection is lost, or there is none', async () => {
  const driver = libsqlDriver(server.urlOf('lost'))
  await driver.batch(batch('create table t (a)'))
  server.intercept = ({ socket }) => Boolean(socket?.destroy())
  await expect(driver.batch(batch('insert into t values (1)'))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  server.intercept = undefined
  await driver.close()
  const nowhere = libsqlDriver('http://127.0.0.1:1')
  await expect(nowhere.batch(batch('select 1'))).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(/^The database cannot be reached.*\. Check its URL and the network\.$/),
  })
})

test('applies an append with an operation id once, whose answer was lost', async () => {
  const driver = libsqlDriver(server.urlOf('once'))
  const store = new SessionStore<{ n: number }>(driver)
  await store.append('s', [{ n: 1 }], { operationId: 'first' })
  const append = () => store.append('s', [{ n: 2 }], { operationId: 'second' })
  server.intercept = ({ socket }) => Boolean(socket?.destroy())
  await expect(append()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  server.intercept = undefined
  await append()
  await append()
  expect(await store.read('s')).toEqual([{ n: 1 }, { n: 2 }])
  await driver.close()
})

test('refuses every change where it is to read only', async () => {
  const path = temporaryPaths()('agents.db')
  const writer = libsqlDriver(`file:${path}`)
  await writer.batch(batch('create table t (a)'))
  const reader = libsqlDriver(`file:${path}`, { readOnly: true })
  await expect(reader.batch(batch('insert into t values (1)'))).rejects.toMatchObject({ code: 'READ_ONLY' })
  expect(await reader.batch(batch('select count(*) from t'))).toMatchObject([{ rows: [[0]] }])
  await reader.close()
  await writer.close()
})

test('writes again on the connection that has refused to', async () => {
  const client = createClient({ url: `file:${temporaryPaths()('agents.db')}`, intMode: 'bigint' })
  const driver = libsqlDriver(client)
  await driver.batch(batch('create table t (a)'))
  await expect(driver.batch(batch('delete from t'), { readOnly: true })).rejects.toMatchObject({
    code: 'READ_ONLY',
    statementIndex: 0,
  })
  await client.execute('insert into t values (1)')
  await driver.close()
  expect((await client.execute('select count(*) from t')).rows[0]?.[0]).toBe(1n)
  client.close()
})

test('waits for the lock of another connection, and gives up with BUSY', async () => {
  const client = createClient({ url: `file:${temporaryPaths()('agents.db')}` })
  const driver = libsqlDriver(client)
  const hasty = libsqlDriver(client, { busyTimeout: 0 })
  await driver.batch(batch('create table t (a)'))
  const transaction = await client.transaction('write')
  await expect(hasty.batch(batch('insert into t values (1)'))).rejects.toMatchObject({ code: 'BUSY' })
  const waiting = driver.batch(batch('insert into t values (2)'))
  await transaction.commit()
  await waiting
  expect(await driver.batch(batch('select a from t'))).toMatchObject([{ rows: [[2]] }])
  client.close()
})

test('keeps the type of integers', async () => {
  const driver = libsqlDriver(':memory:')
  const [result] = await driver.batch([
    { sql: 'select typeof(?), typeof(?), typeof(?)', params: [1, 1.5, 2 ** 60] },
  ])
  expect(result?.rows).toEqual([['integer', 'real', 'real']])
  await driver.close()
})

test('refuses a text that libSQL would cut', async () => {
  const driver = libsqlDriver(':memory:')
  await expect(driver.batch([{ sql: 'select ?', params: ['a\0b'] }])).rejects.toMatchObject({
    code: 'INVALID_STATEMENT',
    statementIndex: 0,
  })
  await driver.close()
})

test('says what cannot be opened', async () => {
  const driver = libsqlDriver(`file:${temporaryPaths()('missing/agents.db')}`)
  await expect(driver.batch(batch('select 1'))).rejects.toMatchObject({ code: 'CANNOT_OPEN' })
  await expect(libsqlDriver('ftp://example.com').batch(batch('select 1'))).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  })
  expect(() => libsqlDriver(' ')).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  expect(() => libsqlDriver(':memory:', { busyTimeout: -1 })).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
  )
})
