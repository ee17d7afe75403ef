import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { expect, onTestFinished, test, vi } from 'vitest'

type Send = (path: string, init?: RequestInit) => Promise<Response>

const SERVERS: Readonly<Record<string, () => Promise<Send>>> = {
  async Hono() {
    const { app } = await import('./hono.ts')
    return async (path, init) => app.request(path, init)
  },
  async Express() {
    const { app } = await import('./express.ts')
    const server = createServer(app).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    return (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init)
  },
  // As Next.js calls route handlers; Next.js itself does not run here.
  async 'Next.js'() {
    const all = await import('./next/conversations/route.ts')
    const one = await import('./next/conversations/[id]/route.ts')
    return async (path, init) => {
      const request = new Request(`http://localhost${path}`, init)
      const id = path.split('/')[2]
      if (id === undefined) return all.GET(request)
      const method = (init?.method ?? 'GET') as keyof typeof one
      return one[method](request, { params: Promise.resolve({ id }) })
    }
  },
}

test.each(Object.keys(SERVERS))(
  '%s: a user talks, lists, renames and deletes, and sees nobody else',
  async (name) => {
    vi.resetModules()
    vi.stubEnv('OPENAI_API_KEY', '')
    vi.stubEnv('WEB_CHAT_DATABASE', join(temporaryFolder(), 'agents.db'))
    onTestFinished(() => void vi.unstubAllEnvs())
    const send = await SERVERS[name]!()
    const as = (user: string) => ({
      get: async (path: string) => (await send(path, { headers: { 'x-user': user } })).json(),
      send: (method: string, path: string, body: object) => {
        const headers = { 'x-user': user, 'content-type': 'application/json' }
        return send(path, { method, headers, body: JSON.stringify(body) })
      },
    })
    const ada = as('ada')

    const first = await ada.send('POST', '/conversations/1', { message: 'My cat is Tom.' })
    expect(await first.text()).toBe('Noted.')
    const second = await ada.send('POST', '/conversations/1', { message: 'What is my cat?' })
    expect(await second.text()).toBe('Your cat is Tom.')
    expect(await ada.get('/conversations/1')).toHaveLength(4)
    expect(await ada.get('/conversations')).toMatchObject([{ id: '1', title: 'My cat is Tom.' }])

    expect((await ada.send('PATCH', '/conversations/1', { title: 'Cats' })).status).toBe(204)
    expect(await ada.get('/conversations')).toMatchObject([{ id: '1', title: 'Cats' }])
    expect(await as('ad').get('/conversations')).toEqual([])
    expect(await as('bob').get('/conversations/1')).toEqual([])

    expect((await ada.send('DELETE', '/conversations/1', {})).status).toBe(204)
    expect(await ada.get('/conversations')).toEqual([])
  },
)
