import { readFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startServer } from './support/test-server.ts'

test('creates, lists and revokes tokens; a revoked one fails at once', async () => {
  const { call, query } = await startServer()
  const { body } = await call('POST', '/v1/tokens', { name: 'agent', role: 'readwrite', tableScope: ['t'] })
  const { token, ...info } = body.data
  expect(token).toMatch(/^psql_live_[A-Za-z0-9_-]{32}$/)
  expect(info).toEqual({
    id: expect.stringMatching(/^tok_/),
    name: 'agent',
    role: 'readwrite',
    tableScope: ['t'],
    database: null,
    expiresAt: null,
    createdAt: '2026-03-01T12:00:00.000Z',
  })
  await query('main', 'create table t (a)')
  const list = await call('GET', '/v1/tokens')
  expect(list.body.data).toContainEqual(info)
  expect(JSON.stringify(list.body)).not.toContain(token)
  expect((await query('main', 'select * from t', [], { token })).status).toBe(200)
  expect((await call('DELETE', `/v1/tokens/${info.id}`)).body.data).toEqual({ deleted: true })
  expect((await query('main', 'select * from t', [], { token })).status).toBe(401)
  expect((await call('DELETE', `/v1/tokens/${info.id}`)).status).toBe(404)
})

test('ends a token at the moment that it was made for', async () => {
  const { query, token, clock } = await startServer()
  await query('main', 'select 1')
  const secret = await token({ ttlSec: 60 })
  clock.now += 59_999
  expect((await query('main', 'select 1', [], { token: secret })).status).toBe(200)
  clock.now += 1
  expect((await query('main', 'select 1', [], { token: secret })).status).toBe(401)
})

test('keeps a token to the database that it is bound to', async () => {
  const { query, token, call } = await startServer()
  await query('main', 'select 1')
  await query('other', 'select 1')
  const secret = await token({ database: 'main' })
  expect((await query('main', 'create table t (a)', [], { token: secret })).status).toBe(200)
  expect((await query('other', 'select 1', [], { token: secret })).status).toBe(403)
  expect((await query('never', 'select 1', [], { token: secret })).status).toBe(403)
  expect((await call('POST', '/v1/tokens', { name: 'x' }, { token: secret })).status).toBe(403)
})

test('tells what a token is', async () => {
  const { call, token } = await startServer()
  const secret = await token({ role: 'readonly' })
  const { body } = await call('GET', '/v1/me', undefined, { token: secret })
  expect(body.data).toEqual({
    namespaceSlug: 'acme',
    namespaceId: expect.stringMatching(/^ns_/),
    role: 'readonly',
  })
})

test('does not write secrets to disk', async () => {
  const { admin, data, token } = await startServer()
  const secret = await token({})
  for (const file of ['registry.sqlite', 'registry.sqlite-wal']) {
    const bytes = readFileSync(join(data, file))
    for (const text of [admin, secret]) expect(bytes.includes(text.slice(10))).toBe(false)
  }
})

test('ends a token with the database that it is bound to', async () => {
  const { call, query, token, clock } = await startServer()
  await call('POST', '/v1/databases', { name: 'run', slug: 'run', ttlDays: 1 })
  const options = { token: await token({ database: 'run' }) }
  clock.now += 86_400_000 - 1
  expect((await query('run', 'select 1', [], options)).status).toBe(200)
  clock.now += 1
  expect((await query('run', 'select 1', [], options)).status).toBe(401)
  expect((await call('GET', '/v1/databases/run', undefined, options)).status).toBe(401)
})

test('revokes the admin token of an earlier run, even where the given one is known', async () => {
  const first = await startServer()
  await first.server.close()
  const second = await startServer({ data: first.data, adminToken: 'psql_live_the-second-one' })
  await second.server.close()
  const third = await startServer({ data: first.data, adminToken: first.admin })
  expect((await third.call('GET', '/v1/me')).status).toBe(200)
  expect((await third.call('GET', '/v1/me', undefined, { token: second.admin })).status).toBe(401)
})

test('keeps the name of the given token from others, which the next run would revoke', async () => {
  const { call } = await startServer()
  expect((await call('POST', '/v1/tokens', { name: 'environment' })).status).toBe(400)
})

test('makes a given token an admin of everything, whatever it was before', async () => {
  const first = await startServer()
  await first.query('main', 'select 1')
  const bound = await first.token({ role: 'admin', database: 'main', ttlSec: 60 })
  await first.server.close()
  const second = await startServer({ data: first.data, adminToken: bound })
  second.clock.now += 60_000
  expect((await second.query('other', 'select 1')).status).toBe(200)
})

test('takes only one Authorization header', async () => {
  const { server, admin } = await startServer()
  const { port } = server.address
  const send = (...values: string[]) =>
    new Promise<number | undefined>((resolve) => {
      const headers = values.flatMap((value) => ['Authorization', `Bearer ${value}`])
      get({ port, path: '/v1/me', headers: ['Host', 'a', ...headers] }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
    })
  expect(await send(admin)).toBe(200)
  expect(await send(admin, 'x')).toBe(401)
  expect(await send('x', admin)).toBe(401)
})
