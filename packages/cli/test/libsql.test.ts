import { hranaServer } from '@persql/test-support/hrana-server'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { afterAll, expect, test } from 'vitest'
import { json, output, persql } from './support/persql.ts'
import { seed, user } from './support/seed.ts'

interface Copied {
  readonly items: number
  readonly written: number
  readonly checksum: string
}

const server = await hranaServer()
afterAll(() => server.close())

const urlOf = (database: string) => `${server.urlOf(database).replace('http:', 'libsql:')}?tls=0`

test('copy brings a file to a libSQL server and back, and loses nothing', async () => {
  const paths = temporaryPaths()
  const items = Array.from({ length: 300 }, (_, n) => ({ ...user(`item ${n} é "\\ \u0000`), n }))
  await seed(paths('agents.db'), { long: items, 'other 漢字': [user('hello')] })
  const url = urlOf('copied')
  const there = await json<Copied>(['copy', '--from', paths('agents.db'), '--to', url])
  expect(there).toMatchObject({ items: 301, written: 301 })
  const back = await json<Copied>(['copy', '--from', url, '--to', paths('back.db')])
  expect(back).toMatchObject({ written: 301, checksum: there.checksum })
})

test('list, show, search, stats, doctor and delete do what they do on a file', async () => {
  const url = urlOf('commands')
  await seed(url, {
    a: [user('where is my refund?'), { role: 'assistant', content: 'Crème brûlée' }],
    b: [user('hi')],
  })
  const db = { env: { PERSQL_DATABASE: url, TURSO_AUTH_TOKEN: 'a.b.c' } }
  expect(await json(['sessions', 'list'], db)).toMatchObject({
    sessions: [{ sessionId: 'b' }, { sessionId: 'a', itemCount: 2 }],
  })
  expect(server.authorization).toBe('Bearer a.b.c')
  expect(await output(['sessions', 'show', 'a', '--last', '1'], db)).toContain('Crème brûlée')
  expect(await json(['sessions', 'search', 'REFUND'], db)).toMatchObject({ hits: [{ sessionId: 'a' }] })
  expect(await json(['sessions', 'stats'], db)).toMatchObject({ sessions: 2, items: 3 })
  expect(await output(['doctor'], db)).toContain('a round trip takes')
  expect(await output(['sessions', 'delete', 'a', '--yes'], db)).toContain('Deleted 1 session')
})

test('query changes nothing without --write, and no message tells the token', async () => {
  const url = `${urlOf('refused')}&authToken=a.b.secret`
  await seed(url, { a: [user('hi')] })
  const refused = await persql(['query', 'delete from agent_messages', '--db', url])
  expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('--write') })
  const broken = await output(['doctor', '--db', url])
  expect(broken + refused.stderr).not.toContain('secret')
  expect(await json(['query', 'select count(*) as n from agent_messages', '--db', url])).toMatchObject({
    rows: [{ n: 1 }],
  })
})
