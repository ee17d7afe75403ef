import { once } from 'node:events'
import { connect } from 'node:net'
import { ROUTES } from '@persql/sdk/protocol'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { LogEntry } from '../src/index.ts'
import { startServer } from './support/test-server.ts'

test('describes every call in an OpenAPI 3.1 document whose references resolve', async () => {
  const { call } = await startServer()
  const { status, body } = await call('GET', '/api/openapi.json', undefined, { token: '' })
  expect([status, body.openapi]).toEqual([200, '3.1.0'])
  const operations = Object.entries(body.paths as Record<string, Record<string, unknown>>).flatMap(
    ([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const expected = Object.values(ROUTES).map(
    ({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`,
  )
  expect(operations.toSorted()).toEqual(expected.toSorted())
  const references = [...JSON.stringify(body).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)]
  expect(references.length).toBeGreaterThan(20)
  for (const [, name] of references) expect(body.components.schemas).toHaveProperty(String(name))
  const ids = new Set<string>()
  for (const methods of Object.values(body.paths as Record<string, Record<string, never>>)) {
    for (const operation of Object.values(methods) as { operationId: string; responses: object }[]) {
      expect(Object.keys(operation.responses)).toContain('200')
      ids.add(operation.operationId)
    }
  }
  expect(ids.size).toBe(operations.length)
})

test('shows the same as a page', async () => {
  const { call } = await startServer()
  const { status, headers, body } = await call('GET', '/reference', undefined, { token: '' })
  expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8'])
  for (const { path } of Object.values(ROUTES)) expect(body).toContain(path.replace(/:(\w+)/g, '{$1}'))
})

test('tells that it is well, and counts for Prometheus without naming anything', async () => {
  const { call, query } = await startServer()
  await query('secret-name', 'select 1')
  expect((await call('GET', '/healthz', undefined, { token: '' })).body).toEqual({ status: 'ok' })
  const { body } = await call('GET', '/metrics', undefined, { token: '' })
  expect(body).toContain('persql_requests_total{method="POST",route="/v1/db/:ns/:db/query",status="200"} 1')
  expect(body).toMatch(/^persql_workers 1$/m)
  expect(body).not.toContain('secret-name')
})

test('answers 405 where a route takes other methods, and knows the route', async () => {
  const { call, query } = await startServer()
  await query('main', 'select 1')
  const { status, headers, body } = await call('PATCH', '/v1/databases/main', {})
  expect([status, headers.get('allow'), body]).toEqual([
    405,
    'GET, DELETE',
    { success: false, error: 'This route takes GET, DELETE only' },
  ])
  expect((await call('POST', '/v1/db/acme/main/branches/claim')).status).toBe(200)
  const metrics = (await call('GET', '/metrics')).body
  expect(metrics).toContain('method="POST",route="/v1/db/:ns/:db/branches/claim",status="200"} 1')
})

test('logs requests without SQL, parameters, content or tokens', async () => {
  const entries: LogEntry[] = []
  const { query, call, admin } = await startServer({ log: (entry) => entries.push(entry) })
  await query('main', 'create table topsecret (a)')
  await query('main', 'insert into topsecret values (?)', ['topsecret'])
  await query('main', 'select topsecret from nothing where a = ?', ['topsecret'])
  await call('POST', '/v1/tokens', { name: 'topsecret', role: 'topsecret' })
  await call('GET', '/v1/topsecret?topsecret=1', undefined, { token: 'topsecret' })
  const text = JSON.stringify(entries)
  expect(text).not.toContain('topsecret')
  expect(text).not.toContain(admin)
  expect(entries.filter(({ event }) => event === 'request')).toHaveLength(5)
  expect(entries.at(2)).toMatchObject({
    level: 'info',
    event: 'request',
    method: 'POST',
    route: '/v1/db/:ns/:db/query',
    status: 200,
    ms: expect.any(Number),
    namespace: 'acme',
    database: expect.stringMatching(/^db_/),
    token: expect.stringMatching(/^tok_/),
  })
})

test('answers HEAD with the head alone, once, also where a worker writes the answer', async () => {
  const errors = vi.spyOn(console, 'error')
  onTestFinished(() => errors.mockRestore())
  const { call, query } = await startServer()
  await query('main', 'create table t (a)')
  for (const path of ['/v1/me', '/v1/db/acme/main/tables', '/v1/db/acme/main/schema']) {
    const { status, body } = await call('HEAD', path)
    expect([path, status, body]).toEqual([path, 200, ''])
  }
  expect(errors).not.toHaveBeenCalled()
})

test('keeps answers whole where a request behind another one expects 100 Continue', async () => {
  const { server, admin } = await startServer()
  const query = JSON.stringify({ sql: 'select 1' })
  const authorized = `host: x\r\nauthorization: Bearer ${admin}\r\n`
  const socket = connect(server.address.port, '127.0.0.1')
  let received = ''
  socket.on('data', (piece) => {
    received += piece
  })
  socket.write(
    `POST /v1/db/acme/main/query HTTP/1.1\r\n${authorized}content-length: ${query.length}\r\n\r\n${query}` +
      'GET /reference HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n',
  )
  await once(socket, 'close')
  const page = received.slice(received.indexOf('<!doctype'))
  const [, length] = [...received.matchAll(/content-length: (\d+)/gi)].map(([, digits]) => Number(digits))
  expect(page).toHaveLength(length as number)
  expect(received).not.toContain('100 Continue')
})
