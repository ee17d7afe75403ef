import { readFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer, globalAgent } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { PerSQL } from '../src/index.ts'
import { EMPTY_RESULT } from './support/scripted-server.ts'

const SUCCESS = JSON.stringify({ success: true, data: EMPTY_RESULT })
const servers: Server[] = []

afterEach(async () => {
  vi.unstubAllGlobals()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function listen(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function serve(listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(createServer(listener))}`
}

function database(baseURL: string, fetch?: typeof globalThis.fetch) {
  return new PerSQL({ token: 'psql_live_t', baseURL, fetch, maxRetries: 0 }).database('acme/orders')
}

test('is node:http in Node.js', async () => {
  const fetch = vi.fn()
  vi.stubGlobal('fetch', fetch)
  const url = await serve((_, response) => response.end(SUCCESS))
  await database(url).query('select 1')
  expect(fetch).not.toHaveBeenCalled()
})

test.each(['Deno/2.5.0', 'Bun/1.3.0', 'Cloudflare-Workers', 'Mozilla/5.0', undefined])(
  'is the fetch of the platform at the time of the call where the user agent is %s',
  async (userAgent) => {
    vi.stubGlobal('navigator', userAgent && { userAgent })
    const persql = new PerSQL({ token: 'psql_live_t', baseURL: 'https://persql.invalid' })
    const fetch = vi.fn(async () => new Response(SUCCESS))
    vi.stubGlobal('fetch', fetch)
    await persql.database('acme/orders').query('select 1')
    expect(fetch).toHaveBeenCalledOnce()
  },
)

describe.each([
  ['node:http', undefined],
  ['fetch', globalThis.fetch],
])('over %s', (_, fetch) => {
  test('keeps characters whole that arrive in pieces', async () => {
    const text = 'Zürich 東京 🚲 '.repeat(10_000)
    const body = Buffer.from(
      JSON.stringify({ success: true, data: { ...EMPTY_RESULT, columns: ['t'], rows: [[text]] } }),
    )
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': body.length })
      // Not a divisor of anything, so that pieces end within characters.
      for (let start = 0; start < body.length; start += 9973)
        response.write(body.subarray(start, start + 9973))
      response.end()
    })
    const { rows } = await database(url, fetch).query('select t from t')
    expect(rows).toEqual([[text]])
  })

  test('refuses redirects, which would take the token elsewhere', async () => {
    let paths = 0
    const url = await serve((_, response) => {
      paths += 1
      response.writeHead(307, { location: '/elsewhere' }).end()
    })
    await expect(database(url, fetch).query('select 1')).rejects.toMatchObject({
      code: 'api',
      status: 307,
      message: 'The PerSQL API redirects (HTTP 307). Pass the address it redirects to as baseURL.',
    })
    expect(paths).toBe(1)
  })

  test('ends an answer that is under way when it is aborted', async () => {
    const controller = new AbortController()
    const closed = Promise.withResolvers<void>()
    const url = await serve((_, response) => {
      response.on('close', closed.resolve)
      response.write('{"success":', () => controller.abort())
    })
    await expect(
      database(url, fetch).query('select 1', [], { signal: controller.signal }),
    ).rejects.toMatchObject({ code: 'aborted' })
    await closed.promise
  })

  test('tells why the API could not be reached', async () => {
    const server = createServer()
    const port = await listen(server)
    await new Promise((resolve) => server.close(resolve))
    await expect(database(`http://127.0.0.1:${port}`, fetch).query('select 1')).rejects.toMatchObject({
      code: 'network',
      message: `Could not reach the PerSQL API at http://127.0.0.1:${port} (ECONNREFUSED).`,
    })
  })
})

test('uses a connection again', async () => {
  const sockets = new Set<unknown>()
  const url = await serve((request, response) => {
    sockets.add(request.socket)
    response.end(SUCCESS)
  })
  const orders = database(url)
  for (let call = 0; call < 5; call++) await orders.query('select 1')
  expect(sockets.size).toBe(1)
})

test('speaks TLS, and trusts nobody unknown', async () => {
  const tls = (name: string) => readFileSync(join(import.meta.dirname, 'support/tls', name))
  const port = await listen(
    createTlsServer({ key: tls('key.pem'), cert: tls('certificate.pem') }, (_, response) =>
      response.end(SUCCESS),
    ),
  )
  const orders = database(`https://localhost:${port}`)
  await expect(orders.query('select 1')).rejects.toMatchObject({
    code: 'network',
    message: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT'),
  })
  globalAgent.options.ca = tls('certificate.pem')
  try {
    expect((await orders.query('select 1')).rows).toEqual([])
  } finally {
    delete globalAgent.options.ca
  }
})
