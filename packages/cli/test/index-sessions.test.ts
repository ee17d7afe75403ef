import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { expect, onTestFinished, test } from 'vitest'
import { BIN, cleanEnv, json, output, persql, type RunOptions } from './support/persql.ts'
import { append, seed, user } from './support/seed.ts'
import { startServer } from './support/server.ts'

const hasScript = spawnSync('script', ['--version']).status === 0

/** Makes an index, catches up, and drops it. Sessions of one database are given. */
async function expectIndexed(db: string, add: () => Promise<unknown>, options: RunOptions = {}) {
  const index = (...args: string[]) => output(['sessions', 'index', '--db', db, ...args], options)
  const search = () => json(['sessions', 'search', 'zeppelin', '--db', db], options)
  const found = await search()
  expect(found).toMatchObject({ hits: [{ sessionId: 's', row: 2 }] })
  expect(await index()).toBe('Indexed 2 items; none is left.\n')
  expect(await search()).toEqual(found)
  await add()
  expect(await index('--json')).toBe('{"indexed":1,"unindexed":0}\n')
  expect(await index()).toBe('Indexed 0 items; none is left.\n')
  expect(await index('--drop')).toBe('Dropped the index.\n')
  expect(await index('--drop')).toBe('There is no index.\n')
  expect(await index('--drop', '--json')).toBe('{"dropped":false}\n')
  expect(await index('--json')).toBe('{"indexed":3,"unindexed":0}\n')
  expect(await index('--drop', '--json')).toBe('{"dropped":true}\n')
}

test('makes the index of a file, catches up, and drops it', async () => {
  const db = temporaryPaths()('a.db')
  await seed(db, { s: [user('hi'), user('the zeppelin')] })
  await expectIndexed(db, () => append(db, 's', user('more')))
})

test('makes the index of a database on a server, catches up, and drops it', async () => {
  const { env } = await startServer()
  const file = temporaryPaths()('a.db')
  await seed(file, { s: [user('hi'), user('the zeppelin')] })
  const db = 'persql://acme/agents'
  const copy = () => output(['copy', '--from', file, '--to', db], { env })
  await copy()
  const add = async () => {
    await append(file, 's', user('more'))
    await copy()
  }
  await expectIndexed(db, add, { env })
})

test('says how many items stay out of the index', async () => {
  const db = temporaryPaths()('a.db')
  await seed(db, { s: [user('hi'), user('of a later Unicode: \u0378')] })
  expect(await output(['sessions', 'index', '--db', db])).toBe(
    'Indexed 1 item; 1 left, which searches read.\n',
  )
})

test('says what it needs where there can be no index', async () => {
  const path = temporaryPaths()
  await seed(path('a.db'), { s: [user('hi')] })
  const cases: [args: string[], status: number, message: string][] = [
    [
      ['--db', 'sqljs:a.db'],
      2,
      'The index needs FTS5, and this SQLite was built without it. Use one that has it, such as that of @persql/driver-better-sqlite3.',
    ],
    [
      ['--db', 'a.db', '--sessions-table', 'chats'],
      1,
      '"a.db" has no table chats. If the tables have other names: --sessions-table, --messages-table.',
    ],
    [
      ['--db', ':memory:'],
      1,
      '":memory:" has no table agent_sessions and no table agent_messages. The first item of a session makes them.',
    ],
    [['--db', 'none.db'], 1, `There is no file "${path('none.db')}".`],
  ]
  for (const [args, status, message] of cases) {
    const run = await persql(['sessions', 'index', ...args], { cwd: path('.') })
    expect(run, args.join(' ')).toEqual({ status, stdout: '', stderr: `persql: ${message}\n` })
  }
})

test.runIf(hasScript)('Ctrl-C keeps what is indexed, and says so', { timeout: 60_000 }, async () => {
  const db = temporaryPaths()('a.db')
  const items = 60_000
  await seed(db, { s: [user('hi')] }, [
    {
      sql: `with recursive n (i) as (select 2 union all select i + 1 from n where i < ${items})
        insert into agent_messages (session_id, message_data)
        select 's', json_object('role', 'user', 'content', printf('item %d of the zeppelin', i)) from n`,
    },
  ])
  const command = `'${process.execPath}' '${BIN}' sessions index --db '${db}'`
  const terminal = spawn('script', ['-qec', command, '/dev/null'], {
    env: cleanEnv({ TERM: 'xterm', CI: '' }),
  })
  onTestFinished(() => void terminal.kill())
  const seen = text(terminal.stdout)
  terminal.stdout.once('data', () => terminal.stdin.write('\u0003'))
  const [status] = await once(terminal, 'close')
  const shown = (await seen).replaceAll('\r\n', '\n')
  const [, indexed, left] =
    /\nIndexed ([\d,]+) items; ([\d,]+) left, which searches read\.\n$/.exec(shown) ?? []
  expect(status, shown).toBe(130)
  expect(shown).toContain('%')
  expect(shown).toContain('Interrupted; what is indexed stays so. To go on: persql sessions index --db ')
  const [done, remaining] = [indexed, left].map((number) => Number(number?.replaceAll(',', '')))
  expect([done! > 0, done! + remaining!]).toEqual([true, items])
  expect(await json(['sessions', 'index', '--db', db])).toEqual({ indexed: remaining, unindexed: 0 })
})
