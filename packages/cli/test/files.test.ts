import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { openDriver } from '@persql/session-core'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { expect, test } from 'vitest'
import { output, persql } from './support/persql.ts'
import { append, seed, user } from './support/seed.ts'
import { unprivileged } from './support/unprivileged.ts'

const READING = [
  ['sessions', 'list'],
  ['sessions', 'show', 's'],
  ['sessions', 'show', 's', '--json', '--last', '1'],
  ['sessions', 'search', 'hi'],
  ['sessions', 'stats'],
  ['sessions', 'export'],
  ['query', 'select count(*) from agent_messages'],
  ['doctor'],
]
/** One for each way in which a command opens a file. */
const OPENING = [
  ['sessions', 'list'],
  ['query', 'select count(*) from agent_messages'],
  ['doctor'],
  ['sessions', 'delete', 's', '--yes'],
  ['sessions', 'import', 'EXPORT'],
  ['mcp'],
  ['mcp', '--read-only'],
  ['console'],
]
const WRITING = [
  ['sessions', 'fork', 's', 't'],
  ['sessions', 'delete', 's', '--yes'],
]
const EXPORT = `{"type":"persql-sessions","version":1}
{"type":"session","sessionId":"imported","createdAt":"2026-01-31 23:59:59","updatedAt":"2026-01-31 23:59:59"}
{"type":"item","sessionId":"imported","createdAt":"2026-01-31 23:59:59","text":"{}"}
`

/** Names, bytes and times of all that is in a folder. */
function stateOf(folder: string): unknown {
  return readdirSync(folder)
    .toSorted()
    .map((name) => [name, readFileSync(`${folder}/${name}`, 'hex'), statSync(`${folder}/${name}`).mtimeMs])
}

test.each(['wal', 'delete'])('commands that read leave nothing behind: a file in mode %s', async (mode) => {
  const path = temporaryPaths()
  mkdirSync(path('data'))
  const db = path('data/a.db')
  await seed(db, { s: [user('hi'), user('ho')] })
  await output(['query', '--write', `pragma journal_mode = ${mode}`, '--db', db])
  const before = stateOf(path('data'))
  for (const command of READING) {
    expect(await persql([...command, '--db', db]), command.join(' ')).toMatchObject({
      status: command[0] === 'doctor' && mode === 'delete' ? 1 : 0,
      stderr: '',
    })
    expect(stateOf(path('data')), command.join(' ')).toEqual(before)
  }
  await output(['copy', '--from', db, '--to', path('b.db')])
  expect(stateOf(path('data'))).toEqual(before)
})

test.runIf(unprivileged).each([
  ['nothing', []],
  ['a log', ['-wal']],
  ['a log and its index', ['-wal', '-shm']],
])('reads a file in WAL mode, with %s beside it, in a folder that may not be written', async (_, parts) => {
  const path = temporaryPaths()
  const db = path('a.db')
  await seed(db, { s: [user('hi')] })
  const writer = await openDriver(db)
  await writer.batch([
    {
      sql: `insert into agent_messages (session_id, message_data) values ('s', '{"role":"user","content":"hi 2"}')`,
    },
  ])
  mkdirSync(path('closed'))
  if (parts.length === 0) await writer.close()
  for (const part of ['', ...parts]) {
    copyFileSync(db + part, path(`closed/a.db${part}`))
    chmodSync(path(`closed/a.db${part}`), 0o444)
  }
  await writer.close()
  chmodSync(path('.'), 0o755)
  chmodSync(path('closed'), 0o555)
  const before = stateOf(path('closed'))
  for (const command of READING) {
    const run = await persql([...command, '--db', path('closed/a.db')], { user: unprivileged! })
    expect(run, command.join(' ')).toMatchObject({ status: 0, stderr: '' })
    if (command.includes('--last')) expect(run.stdout).toContain('"hi 2"')
    expect(stateOf(path('closed'))).toEqual(before)
  }
  expect(
    await persql(['sessions', 'fork', 's', 't', '--db', path('closed/a.db')], { user: unprivileged! }),
  ).toMatchObject({
    status: 1,
    stdout: '',
    stderr: 'persql: "a.db" may not be written by this user, or is in a folder that may not.\n',
  })
  chmodSync(path('closed'), 0o755)
})

test('reads what others write meanwhile, and leaves their files alone', async () => {
  const path = temporaryPaths()
  const db = path('a.db')
  const writer = await openDriver(db)
  await append(db, 's', user('hi'))
  await writer.batch([{ sql: 'create table t (x)' }])
  const files = readdirSync(path('.'))
  expect(files).toHaveLength(3)
  for (const command of READING) await output([...command, '--db', db])
  expect(readdirSync(path('.'))).toEqual(files)
  await writer.batch([{ sql: 'insert into t values (1)' }])
  await writer.close()
  expect(await output(['query', 'select x from t', '--csv', '--db', db])).toBe('x\r\n1\r\n')
  expect(readdirSync(path('.'))).toEqual(['a.db'])
})

const ODD_FILES: readonly (readonly [what: string, make: (file: string) => void, message: string])[] = [
  ['a folder', mkdirSync, 'a.db" is a folder. Name a file in it, such as "agents.db".'],
  [
    'a text',
    (file) => writeFileSync(file, 'A letter, not a database.\n'.repeat(200)),
    '"a.db" is not an SQLite database, or its beginning is damaged.',
  ],
  [
    'a short text',
    (file) => writeFileSync(file, 'short'),
    '"a.db" is not an SQLite database, or its beginning is damaged.',
  ],
  [
    'a pipe',
    (file) => execFileSync('sh', ['-c', 'mkfifo "$0"', file]),
    'a.db" is no file, but a device, a pipe or a socket.',
  ],
  [
    'a device',
    (file) => symlinkSync('/dev/null', file),
    'a.db" is no file, but a device, a pipe or a socket.',
  ],
]

test.runIf(process.platform !== 'win32').each(ODD_FILES)(
  'every command says what is wrong with %s, and leaves it as it is',
  async (what, make, message) => {
    const path = temporaryPaths()
    make(path('a.db'))
    writeFileSync(path('EXPORT'), EXPORT)
    await seed(path('good.db'), { s: [user('hi')] })
    const copies = [
      ['copy', '--from', 'a.db', '--to', 'new.db'],
      ['copy', '--from', 'good.db', '--to', 'a.db'],
    ]
    const files = readdirSync(path('.'))
    const commands = OPENING.map((words) => [...words, '--db', 'a.db'])
    const run = (command: string[]) => persql(command, { cwd: path('.') })
    const runs = await Promise.all(
      [...commands, ...copies].map(async (words) => [words, await run(words)] as const),
    )
    for (const [command, { status, stdout, stderr }] of runs) {
      const isFinding = command[0] === 'doctor' && what.endsWith('text')
      expect([status, isFinding ? stdout : stderr], command.join(' ')).toEqual([
        1,
        expect.stringContaining(message),
      ])
      if (!isFinding) expect([stdout, stderr.split('\n').length], command.join(' ')).toEqual(['', 2])
    }
    expect(readdirSync(path('.'))).toEqual(files)
  },
)

test('a file of no bytes is a database without tables, and a link to nothing is no file', async () => {
  const path = temporaryPaths()
  writeFileSync(path('empty.db'), '')
  symlinkSync('gone.db', path('link.db'))
  for (const command of READING.slice(0, 2)) {
    expect(await persql([...command, '--db', path('empty.db')]), command.join(' ')).toMatchObject({
      status: 1,
      stderr:
        'persql: "empty.db" has no table agent_sessions and no table agent_messages. The first item of a session makes them.\n',
    })
    expect(await persql([...command, '--db', 'link.db'], { cwd: path('.') })).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^persql: ".*link\.db" is a link to a file that does not exist\.\n$/),
    })
  }
  expect(statSync(path('empty.db')).size).toBe(0)
  expect(readdirSync(path('.'))).toEqual(['empty.db', 'link.db'])
})

test('names the tables and columns that are missing', async () => {
  const path = temporaryPaths()
  await seed(path('a.db'), { s: [user('hi')] }, [
    { sql: 'create table other (x)' },
    { sql: 'create view seen as select * from agent_messages' },
  ])
  const hint = 'If the tables have other names: --sessions-table, --messages-table.\n'
  const check = async (command: readonly string[]) => {
    const run = (table: string) =>
      persql([...command, '--messages-table', table, '--db', 'a.db'], { cwd: path('.') })
    expect(await run('nope'), command.join(' ')).toEqual({
      status: 1,
      stdout: '',
      stderr: `persql: "a.db" has no table nope. ${hint}`,
    })
    expect(await run('other'), command.join(' ')).toEqual({
      status: 1,
      stdout: '',
      stderr: `persql: "a.db" has no column other.id, column other.session_id and 2 others. ${hint}`,
    })
    expect((await run('no-table')).status).toBe(2)
  }
  await Promise.all([READING[0]!, READING[2]!, READING[3]!, READING[4]!, ...WRITING].map(check))
  expect(
    await persql(['sessions', 'fork', 's', 't', '--messages-table', 'seen', '--db', path('a.db')]),
  ).toMatchObject({ status: 1, stderr: `persql: "a.db" has no table seen (it is a view). ${hint}` })
  await seed(path('b.db'), {}, [{ sql: 'create table agent_sessions (x)' }])
  expect(await persql(['copy', '--from', path('b.db'), '--to', path('c.db')])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('"b.db" has no column agent_sessions.session_id'),
  })
  expect(await persql(['copy', '--from', path('a.db'), '--to', path('b.db')])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('"b.db" has no column agent_sessions.session_id'),
  })
})

test.runIf(unprivileged)('says which file a user may not read', async () => {
  const path = temporaryPaths()
  await seed(path('a.db'), { s: [user('hi')] })
  chmodSync(path('.'), 0o755)
  chmodSync(path('a.db'), 0)
  writeFileSync(path('EXPORT'), EXPORT)
  const run = (words: readonly string[]) =>
    persql([...words, '--db', path('a.db')], { user: unprivileged!, cwd: path('.') })
  for (const result of await Promise.all(OPENING.map(run))) {
    expect(result).toEqual({
      status: 1,
      stdout: '',
      stderr: `persql: "${path('a.db')}" may not be read by this user.\n`,
    })
  }
})

test('a damaged file is said to be damaged, and doctor says what can be read and how to save it', async () => {
  const path = temporaryPaths()
  const long = Array.from({ length: 60 }, (_, n) => user(`${n} ${'secret '.repeat(80)}`))
  await seed(path('a.db'), { before: [user('hi')], long, "it's after": [user('hi')] })
  const bytes = readFileSync(path('a.db'))
  // A page in the middle of the long session.
  const page = bytes.indexOf('30 secret') & ~4095
  bytes.fill(0xff, page, page + 4096)
  writeFileSync(path('a.db'), bytes)

  const { status, stdout } = await persql(['doctor', '--db', 'a.db', '--json'], { cwd: path('.') })
  const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: { check: string; mend: string }[] }
  expect([status, ok]).toEqual([1, false])
  expect(stdout).not.toContain('secret')
  expect(findings.find(({ check }) => check === 'file')).toMatchObject({
    status: 'problem',
    message: 'cannot be checked to its end: "a.db" is damaged.',
    mend: 'Keep the file as it is. Restore a backup, or save what can be read: sqlite3 a.db .recover | sqlite3 saved.db',
  })
  const readable = findings.find(({ check }) => check === 'can be read')
  expect(readable).toMatchObject({ status: 'warning', message: '2 of 3 sessions; not "long"' })
  expect(readable?.mend).toBe(`persql copy --from a.db --to saved.db -- before 'it'\\''s after'`)
  await output(['copy', '--from', 'a.db', '--to', 'saved.db', '--', 'before', "it's after"], {
    cwd: path('.'),
  })
  expect(await persql(['sessions', 'export', '--db', 'a.db'], { cwd: path('.') })).toMatchObject({
    status: 1,
    stderr: 'persql: "a.db" is damaged. To see what can be saved: persql doctor --db a.db\n',
  })

  truncateSync(path('a.db'), bytes.length - 4096)
  const cut = await persql(['doctor', '--db', 'a.db'], { cwd: path('.') })
  expect(cut).toMatchObject({ status: 1, stderr: '', stdout: expect.stringContaining('.recover') })
})

test('commands of sessions are suggested where sessions was left out', async () => {
  expect(await persql(['import'])).toEqual({
    status: 2,
    stdout: '',
    stderr: "persql: unknown command 'import' (Did you mean sessions import?)\n",
  })
})
