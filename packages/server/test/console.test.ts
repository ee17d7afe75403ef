import { expect, test } from 'vitest'
import { startServer } from './support/test-server.ts'

test('serves the console to everybody, with a strict policy, and nothing beside it', async () => {
  const { call } = await startServer()
  const page = await call('GET', '/console', undefined, { token: '' })
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
  const [, script = ''] = /src="\.\/(assets\/[^"]+\.js)"/.exec(page.body) ?? []
  expect((await call('GET', `/console/${script}`, undefined, { token: '' })).status).toBe(200)
  for (const path of ['/console/index.js', '/console/..%2findex.js', '/console/assets', '/consoles']) {
    expect((await call('GET', path, undefined, { token: '' })).status).toBe(404)
  }
})

test('has no secret address: a token signs in', async () => {
  const { call } = await startServer()
  expect((await call('POST', '/console/sign-in', { secret: 'x' }, { token: '' })).status).toBe(404)
})
