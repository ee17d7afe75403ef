import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { everyDatabase } from '@persql/test-support/postgres-databases'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { json, output, persql, start } from './support/persql.ts'
import { append, seed, user } from './support/seed.ts'

interface Copied {
  readonly sessions: number
  readonly items: number
  readonly written: number
  readonly checksum: string
}

for (const databases of everyDatabase()) {
  describe(`the commands on ${databases.name}`, () => {
    let folder: string
    let url: string
    let file: string

    beforeEach(async ({ task }) => {
      url = await databases.urlOf(`cli ${task.name}`)
      folder = await mkdtemp(join(tmpdir(), 'persql-cli-'))
      file = join(folder, 'agents.db')
    })
    afterEach(() => rm(folder, { recursive: true, force: true }))
    afterAll(() => databases.close())

    test('copy brings a file there and back, changes nothing the second time, and loses nothing', async () => {
      const items = Array.from({ length: 300 }, (_, n) => ({ ...user(`item ${n} é "\\ \u0000`), n }))
      await seed(file, { long: items, 'other 漢字': [user('hello')], corrupt: [user('x')] }, [
        { sql: `update agent_messages set message_data = '{"role": ' where session_id = 'corrupt'` },
        { sql: `update agent_sessions set created_at = '2020-01-31 23:59:59'` },
      ])
      const there = await json<Copied>(['copy', '--from', file, '--to', url])
      expect(there).toMatchObject({ sessions: 3, items: 302, written: 302 })
      const again = await json<Copied>(['copy', '--from', file, '--to', url])
      expect(again).toMatchObject({ written: 0, checksum: there.checksum })
      const back = await json<Copied>(['copy', '--from', url, '--to', join(folder, 'back.db')])
      expect(back).toMatchObject({ written: 302, checksum: there.checksum })
      await append(url, 'long', user('new there'))
      const news = await json<Copied>(['copy', '--from', url, '--to', file])
      expect(news).toMatchObject({ written: 1 })
    })

    test('copy brings a file there that is written to meanwhile, as the page on moving says', async () => {
      const copy = ['copy', '--from', file, '--to', url]
      await seed(file, { grows: [user('1')], rewritten: [user('x'), user('y')], ends: [user('z')] })
      await json<Copied>(copy)

      await append(file, 'grows', user('2'))
      await append(file, 'begins', user('1'))
      await seed(file, {}, [
        {
          sql: `update agent_messages set message_data = '{"role":"user","content":"X"}' where message_data like '%"x"%'`,
        },
      ])
      const followed = await persql(copy)
      expect([followed.status, followed.stderr]).toEqual([1, expect.stringContaining('rewritten')])

      const last = await json<Copied>([...copy, '--overwrite'])
      expect(last).toMatchObject({ sessions: 4, items: 6 })
      expect(await json<Copied>([...copy, '--overwrite'])).toMatchObject({
        written: 0,
        checksum: last.checksum,
      })
    })

    test('list, show, search, fork and delete do what they do on a file', async () => {
      await seed(url, {
        a: [user('where is my refund?'), { role: 'assistant', content: 'Crème brûlée' }],
        b: [user('hi')],
      })
      const { sessions } = await json<{ sessions: { sessionId: string }[] }>([
        'sessions',
        'list',
        '--db',
        url,
      ])
      expect(sessions.map(({ sessionId }) => sessionId)).toEqual(['b', 'a'])
      expect(await output(['sessions', 'show', 'a', '--last', '1', '--db', url])).toContain('Crème brûlée')
      const search = await json<{ hits: unknown[] }>(['sessions', 'search', 'REFUND', '--db', url])
      expect(search.hits).toMatchObject([{ sessionId: 'a', role: 'user' }])
      expect(await json(['sessions', 'search', 'brûlée', '--db', url])).toMatchObject({
        hits: [{ sessionId: 'a' }],
      })
      expect(await output(['sessions', 'fork', 'a', 'c', '--db', url])).toContain('"c" has 2 items')
      expect(await output(['sessions', 'delete', 'a', '--yes', '--db', url])).toContain('Deleted 1 session')
      const exported = await output(['sessions', 'export', '--db', url])
      await writeFile(join(folder, 'all.jsonl'), exported)
      const imported = await json(['sessions', 'import', join(folder, 'all.jsonl'), '--db', file])
      expect(imported).toMatchObject({ sessions: 2, items: 3 })
    })

    test('query runs SQL of PostgreSQL, and changes nothing without --write', async () => {
      await seed(url, { a: [user('hi')] })
      const sql = 'select count(*) as n, $1::text as given from agent_messages'
      expect(await json(['query', sql, '-p', 'x', '--db', url])).toMatchObject({
        rows: [{ n: 1, given: 'x' }],
      })
      const refused = await persql(['query', 'delete from agent_messages', '--db', url])
      expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('--write') })
      await output(['query', '--write', 'delete from agent_messages', '--db', url])
      expect(await json(['query', 'select count(*) as n from agent_messages', '--db', url])).toMatchObject({
        rows: [{ n: 0 }],
      })
    })

    test('doctor finds what is wrong, and prints no password', async () => {
      const secret = url.replace('postgres@', 'postgres:hunter2@')
      const missing = await persql(['doctor', '--db', secret])
      expect(missing).toMatchObject({
        status: 1,
        stdout: expect.stringContaining('missing: table agent_sessions'),
      })
      await seed(url, { a: [user('hi'), user('there')] })
      const fine = await persql(['doctor', '--db', secret])
      expect(fine.stderr).toBe('')
      expect(fine).toMatchObject({
        status: 0,
        stdout: expect.stringContaining('items go with their session'),
      })
      await seed(url, {}, [
        { sql: 'drop index idx_agent_messages_session_id' },
        { sql: "update agent_messages set message_data = '{' where id = 1" },
      ])
      const wrong = await persql(['doctor', '--db', secret])
      expect(wrong.status).toBe(1)
      expect(wrong.stdout).toContain('create index concurrently')
      expect(wrong.stdout).toContain('1 corrupt row')
      expect(missing.stdout + fine.stdout + wrong.stdout + wrong.stderr).not.toContain('hunter2')
    })

    test('console serves its page until it is told to end', async () => {
      await seed(url, { a: [user('hi')] })
      const console = start(['console', '--db', url, '--read-only'])
      const address = String((await once(console.stdout!, 'data'))[0]).trim()
      const page = await fetch(address.replace(/#.*/, ''))
      expect(await page.text()).toContain('<html data-local="postgres"')
      console.kill('SIGINT')
      expect((await once(console, 'exit'))[0]).toBe(0)
    })

    test('doctor and stats say of items what they say of a file', async () => {
      const call = (callId: string) => ({ type: 'function_call', callId, name: 'pay', arguments: '{}' })
      const result = (callId: string) => ({ type: 'function_call_result', callId, name: 'pay', output: 'ok' })
      await seed(
        file,
        {
          paid: [user('pay'), call('1'), result('1'), call('2'), { type: 'reasoning', content: [] }],
          torn: [result('3'), call('3'), result('4')],
          both: [
            call('5'),
            result('5'),
            { type: 'function_call', call_id: '6', name: 'get', arguments: '{}' },
          ],
          corrupt: [user('x'), user('y')],
          searched: [
            { type: 'tool_search_call', id: 's', arguments: {} },
            { type: 'tool_search_output', tools: [] },
          ],
          hosted: [
            { type: 'hosted_tool_call', name: 'mcp_approval_request', id: 'a', providerData: { name: 'x' } },
          ],
        },
        [{ sql: `update agent_messages set message_data = '{"role": ' where message_data like '%"y"%'` }],
      )
      await json(['copy', '--from', file, '--to', url])
      const told = async (db: string) => {
        const { findings } = JSON.parse((await persql(['doctor', '--json', '--db', db])).stdout) as {
          findings: { check: string; message: string; mend?: string }[]
        }
        const own = findings.filter(({ check }) =>
          ['items', 'tool results', 'tool calls', 'words', 'sessions'].includes(check),
        )
        // Rows of a copy have other numbers.
        return own.map(({ check, message }) => `${check}: ${message.replace(/#\d+/g, '#')}`)
      }
      const onFile = await told(file)
      expect(onFile.filter((each) => /nothing wrong/.test(each))).toEqual(['sessions: nothing wrong'])
      const sorted = (texts: string[]) => texts.map((text) => text.split(/: |, /).sort().join())
      expect(sorted(await told(url))).toEqual(sorted(onFile))

      const stats = async (db: string) =>
        json<{ databaseBytes: number }>(['sessions', 'stats', '--top', '3', '--db', db])
      const { databaseBytes, ...inPostgres } = await stats(url)
      expect(databaseBytes).toBeGreaterThan(100_000)
      expect({ ...inPostgres, databaseBytes: 0 }).toEqual({ ...(await stats(file)), databaseBytes: 0 })
      expect(await output(['sessions', 'stats', '--db', url])).toContain('function_call_result')
    })
  })
}
