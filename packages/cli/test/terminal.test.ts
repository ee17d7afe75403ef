import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { expect, onTestFinished, test } from 'vitest'
import { BIN, cleanEnv, json, persql } from './support/persql.ts'
import { SAME_TIMES, seed, user } from './support/seed.ts'

// Node shows no colours in what it takes for a CI job, a terminal or not.
const { FORCE_COLOR: _, NO_COLOR: __, CI: ___, ...COLOURFUL } = cleanEnv({ TERM: 'xterm-256color' })
const hasScript = spawnSync('script', ['--version']).status === 0

/** What a person sees: standard output and error of a pseudo-terminal. */
function inTerminal(args: readonly string[], env = {}): string {
  const command = [process.execPath, BIN, ...args]
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(' ')
  const options = { env: { ...COLOURFUL, ...env }, input: '', encoding: 'utf8' } as const
  return execFileSync('script', ['-qec', command, '/dev/null'], options).replaceAll('\r\n', '\n')
}

const SQL = "select 1 as n, 'a longer text' as t union all select 200, null"

test.runIf(hasScript)('a terminal gets columns, and a pipe tabs without padding', async () => {
  expect(inTerminal(['query', SQL, '--db', ':memory:', '--no-color'])).toBe(
    '  n  t\n  1  a longer text\n200\n',
  )
  expect(await persql(['query', SQL, '--db', ':memory:'])).toEqual({
    status: 0,
    stdout: 'n\tt\n1\ta longer text\n200\t\n',
    stderr: '',
  })
})

test.runIf(hasScript)('colours go with --no-color anywhere, and with NO_COLOR', () => {
  const query = ['query', SQL, '--db', ':memory:']
  expect(inTerminal(query)).toContain('\u001b[')
  expect(inTerminal(query, { NO_COLOR: '1' })).not.toContain('\u001b[')
  for (const args of [
    ['--no-color', ...query],
    [...query, '--no-color'],
    ['--no-color', 'sessions', '--help'],
  ]) {
    expect(inTerminal(args), args.join(' ')).not.toContain('\u001b[')
    expect(inTerminal(args, { FORCE_COLOR: '1' }), args.join(' ')).not.toContain('\u001b[')
  }
})

test('what is empty says so, with status 0', async () => {
  const db = temporaryPaths()('a.db')
  await seed(db, { s: [user('hi')] }, [{ sql: 'delete from agent_sessions' }])
  const run = (...args: string[]) => persql([...args, '--db', db])
  const remarks = [
    [await run('sessions', 'list'), 'No sessions.'],
    [await run('sessions', 'list', '--prefix', 'x'), 'No such sessions.'],
    [await run('sessions', 'search', 'nothing'), 'Nothing found.'],
    [await run('query', 'select 1 as n where false'), 'No rows.'],
    [await run('runs', 'list'), 'No runs.'],
  ] as const
  for (const [run, remark] of remarks) expect(run).toMatchObject({ status: 0, stderr: `${remark}\n` })
})

test('sessions are listed by prefix, by time, and in either order, with short cursors', async () => {
  const path = temporaryPaths()
  const db = path('a.db')
  const day = (session: string, time: string) => ({
    sql: 'update agent_sessions set updated_at = ? where session_id = ?',
    params: [time, session],
  })
  const sessions = {
    'user-1': [user('a')],
    'user-2': [user('b')],
    'USER-3': [user('c')],
    user_4: [user('d')],
  }
  await seed(db, sessions, [
    day('user-1', '2026-01-01 00:00:00'),
    day('user-2', '2026-01-02 23:59:59'),
    day('USER-3', '2026-01-03 12:00:00'),
    day('user_4', '2026-01-04T12:00:00'),
  ])
  const list = async (...args: string[]) =>
    (
      await json<{ sessions: { sessionId: string }[] }>(['sessions', 'list', '--db', db, ...args])
    ).sessions.map(({ sessionId }) => sessionId)
  expect(await list()).toEqual(['user_4', 'USER-3', 'user-2', 'user-1'])
  expect(await list('--order', 'oldest')).toEqual(['user-1', 'user-2', 'USER-3', 'user_4'])
  expect(await list('--prefix', 'user-')).toEqual(['user-2', 'user-1'])
  expect(await list('--prefix', 'user_')).toEqual(['user_4'])
  expect(await list('--since', '2026-01-03')).toEqual(['user_4', 'USER-3'])
  expect(await list('--until', '2026-01-02')).toEqual(['user-2', 'user-1'])
  expect(await list('--until', '2026-01-02T23:59:59Z', '--order', 'oldest')).toEqual(['user-1'])
  expect(await list('--since', '1h')).toEqual([])

  for (const order of ['newest', 'oldest']) {
    const found: string[] = []
    let after: string | undefined
    do {
      const args = ['sessions', 'list', '--db', db, '--limit', '1', '--order', order, '--since', '2026-01-01']
      const page: { sessions: { sessionId: string }[]; after?: string } = await json([
        ...args,
        ...(after === undefined ? [] : ['--after', after]),
      ])
      found.push(...page.sessions.map(({ sessionId }) => sessionId))
      after = page.after
    } while (after !== undefined && found.length < 9)
    expect(found).toEqual(await list('--order', order))
  }
  const { after } = await json<{ after: string }>(['sessions', 'list', '--db', db, '--limit', '2'])
  expect(after.length).toBeLessThan(12)
})

test('search wants all words, and phrases in quotation marks as they are', async () => {
  const db = temporaryPaths()('a.db')
  await seed(db, { s: [user('order A-1, refund'), user('A-1: refund the order')] }, SAME_TIMES)
  const search = async (text: string) =>
    (await json<{ hits: { row: number }[] }>(['sessions', 'search', text, '--db', db])).hits.map(
      ({ row }) => row,
    )
  expect(await search('refund order')).toEqual([2, 1])
  expect(await search('"order A-1" refund')).toEqual([1])
  expect(await search('refund nothing')).toEqual([])
  expect(await persql(['sessions', 'search', '""', '--db', db])).toMatchObject({ status: 2 })
})

test('an error of the system becomes a sentence that names what it is about, and what to do', async () => {
  const path = temporaryPaths()
  await seed(path('a.db'), { s: [user('hi')] })
  writeFileSync(path('file'), '')
  mkdirSync(path('folder'))
  const busy = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void busy.close())
  await new Promise((resolve) => busy.once('listening', resolve))
  const { port } = busy.address() as { port: number }
  const unused = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => unused.once('listening', resolve))
  const { port: free } = unused.address() as { port: number }
  await new Promise((resolve) => unused.close(resolve))
  const out = (file: string) => ['sessions', 'export', '--db', 'a.db', '--output', file]
  const console = (...options: string[]) => ['console', '--db', 'a.db', ...options]
  const cases: [args: string[], status: number, message: string][] = [
    [
      out('none/x'),
      1,
      'There is no "none/x", or the folder that it shall be in does not exist. Correct the path, or make the folder.',
    ],
    [out('file/x'), 1, '"file/x" is said to be in a folder that is a file. Correct the path.'],
    [out('folder'), 1, '"folder" is a folder. Name a file in it.'],
    [
      ['sessions', 'import', 'file/x', '--db', 'a.db'],
      1,
      '"file/x" is said to be in a folder that is a file. Correct the path.',
    ],
    [
      console('--port', String(port)),
      1,
      `Port ${port} of 127.0.0.1 is in use. End what uses it, or take another with --port; 0 is a free one.`,
    ],
    [
      console('--port', '99999'),
      2,
      `option '--port <number>' argument '99999' is invalid. It must be a whole number from 0 to 65535.`,
    ],
    [
      console('--host', '1.2.3.4'),
      2,
      '"1.2.3.4" is no loopback address. To serve other machines, use @persql/server.',
    ],
    [
      ['server', '--port', String(port), '--data', 'data'],
      1,
      `Port ${port} of 127.0.0.1 is in use. Give another port or host; port 0 takes a free one.`,
    ],
    [['server', '--namespace', 'A B'], 2, 'namespace: lower case letters, digits and dashes.'],
    [
      ['sessions', 'list', '--db', 'postgres://127.0.0.1:1/x'],
      1,
      'Nothing answers at 127.0.0.1:1. Start the server there, or correct the address.',
    ],
    [
      ['sessions', 'list', '--db', `http://127.0.0.1:${free}`],
      1,
      'The database cannot be reached (ECONNREFUSED). Check its URL and the network.',
    ],
    [
      ['sessions', 'list', '--db', 'persql://acme'],
      2,
      'A PerSQL database is named as in "persql://namespace/database".',
    ],
    [
      ['sessions', 'usage', '--db', 'a.db', '--prices', 'folder'],
      2,
      'Cannot read the table of prices. "folder" is a folder. Name a file in it.',
    ],
    [['query', ' ', '--db', 'a.db'], 2, 'Give a statement, such as "select 1".'],
  ]
  for (const [args, status, message] of cases) {
    const run = await persql(args, { cwd: path('.') })
    expect(run, args.join(' ')).toEqual({ status, stdout: '', stderr: `persql: ${message}\n` })
  }
})

test('an API that is not there is named by the variable that leads to it', async () => {
  const at = (PERSQL_API_URL: string, ...args: string[]) =>
    persql(args, { env: { PERSQL_API_URL, PERSQL_TOKEN: 'psql_live_x' } })
  const unreachable =
    'persql: Could not reach the PerSQL API at http://127.0.0.1:1 (ECONNREFUSED). Check PERSQL_API_URL and the network.\n'
  for (const args of [
    ['db', 'list'],
    ['sessions', 'list', '--db', 'persql://acme/agents'],
  ]) {
    expect(await at('http://127.0.0.1:1', ...args)).toEqual({ status: 1, stdout: '', stderr: unreachable })
    expect(await at('nonsense', ...args)).toEqual({
      status: 2,
      stdout: '',
      stderr: 'persql: PERSQL_API_URL must be an http or https URL without credentials or query.\n',
    })
  }
})

test('a day that no month has is no day', async () => {
  for (const [option, command] of [
    ['--since', ['sessions', 'list']],
    ['--until', ['sessions', 'usage']],
    ['--from', ['usage']],
  ] as const) {
    for (const day of ['2026-02-30', '2026-02-29', '2026-13-01', '2026-00-10']) {
      const { status, stderr } = await persql([...command, option, day])
      expect([status, stderr], day).toEqual([2, expect.stringContaining(`argument '${day}' is invalid`)])
    }
  }
  const { status } = await persql(['sessions', 'list', '--since', '2026-02-30T10:00', '--db', ':memory:'])
  expect(status).toBe(2)
})

test('a file that another program has locked is named', async () => {
  const db = temporaryPaths()('a.db')
  await seed(db, { s: [user('hi')] })
  const other = new DatabaseSync(db)
  onTestFinished(() => other.close())
  other.exec('begin immediate')
  expect(await persql(['sessions', 'delete', 's', '--yes', '--db', db])).toEqual({
    status: 1,
    stdout: '',
    stderr:
      'persql: "a.db" is locked: another program is writing to it. Try again when it is done, or end it.\n',
  })
})
