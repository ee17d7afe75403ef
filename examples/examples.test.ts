import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { beforeEach, expect, test } from 'vitest'

let folder: string

beforeEach(() => {
  folder = temporaryFolder()
})

function runExample(name: string, { args = [] as string[], input = '', env = {} } = {}): string {
  return execFileSync(process.execPath, [join(import.meta.dirname, name, `${name}.ts`), ...args], {
    input,
    env: { ...process.env, OPENAI_API_KEY: '', ...env },
    cwd: folder,
    encoding: 'utf8',
  })
}

const PYTHON = process.env['PERSQL_TEST_PYTHON']
if (PYTHON === undefined) {
  console.warn(
    'SKIPPED: the examples in Python. Set PERSQL_TEST_PYTHON to a Python that has the packages in python/.',
  )
}

test('quickstart: a second process knows what the first was told, and SQL finds both turns', () => {
  const output = runExample('quickstart')
  expect(output).toContain('agent: Your favourite colour is teal.')
  const processes = new Set(output.match(/process \d+/g))
  expect(processes.size).toBe(2)
  expect(output).toMatch(/'user-42' *│ 4 /)
})

test('chat: goes on where it stopped, with piped input', () => {
  const env = { CHAT_DATABASE: join(folder, 'chat.db') }
  const first = runExample('chat', { args: ['trip'], input: 'My cat is Tom.\n\nWhat is my cat?\n', env })
  expect(first).toBe('New session "trip".\nNoted.\nYour cat is Tom.\n')
  const second = runExample('chat', { args: ['trip'], input: 'what is my cat?', env })
  expect(second).toBe('Session "trip" goes on after 4 items.\nYour cat is Tom.\n')
  expect(runExample('chat', { args: ['other'], input: 'what is my cat?', env })).toContain('have not told me')
})

test('chat: tells how to leave, knows /help, and sends no command to the model', () => {
  const env = { CHAT_DATABASE: join(folder, 'chat.db') }
  const input = '/help\n/nothing at all\n/exit\nMy cat is Tom.\n'
  const output = runExample('chat', { args: ['trip'], input, env })
  expect(output).toContain('/exit   ends the chat')
  expect(output).toContain('There is no /nothing. /help tells what there is.\n')
  expect(output).not.toContain('Noted.')
  expect(runExample('chat', { args: ['trip'], env })).toBe('New session "trip".\n')
  expect(runExample('chat', { args: ['--help'], env })).toContain('chat [session]')
})

test('the list of examples answers --help, and names them where there is no such one', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(import.meta.dirname, 'run.ts'), ...args], { encoding: 'utf8' })
  for (const args of [[], ['--help']]) {
    expect(run(...args)).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringContaining('  quickstart\n'),
    })
  }
  for (const name of ['nothing', '..', 'offline-model']) {
    expect(run(name)).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/^There is no example ".*"\. There are .*quickstart/),
    })
  }
})

test.each([':memory:', 'file:agents.db', 'sqljs:agents.image'])(
  'swap-the-driver: runs unchanged on %s',
  (database) => {
    const output = runExample('swap-the-driver', { env: { PERSQL_DATABASE: database } })
    expect(output).toBe(`${database}: Your favourite colour is teal.\n4 items\n`)
  },
)

test('memory: another process uses what one has remembered, and knows nothing without it', () => {
  const output = runExample('memory')
  expect(output).toContain('agent: Noted.')
  expect(output).toContain('agent: Your usual coffee is an oat flat white.')
  expect(new Set(output.match(/process \d+/g)).size).toBe(2)
  const turn = join(import.meta.dirname, 'memory', 'turn.ts')
  const args = [turn, join(folder, 'empty.db'), 'What is my usual coffee?']
  const env = { ...process.env, OPENAI_API_KEY: '' }
  const answer = execFileSync(process.execPath, args, { env, encoding: 'utf8' })
  expect(answer).toContain('agent: You have not told me.')
})

test('sql-over-sessions: finds the most active sessions', () => {
  const output = runExample('sql-over-sessions')
  expect(output.match(/'ada' *│ 6|'linus' *│ 4|'grace' *│ 2/g)).toHaveLength(3)
})

test('human-approval: another process resumes the run that waited', () => {
  const output = runExample('human-approval')
  expect(output).toContain('Waiting for approval: refund {"amount":25}')
  expect(output).toContain('Approved in another process: Your refund is on its way.')
  expect(output.match(/^ {2}\w+$/gm)).toEqual([
    '  message',
    '  function_call',
    '  function_call_result',
    '  message',
  ])
})

test('approval-inbox: a terminal decides, and a worker does the rest', () => {
  const env = { INBOX_DATABASE: join(folder, 'agents.db') }
  const asked = runExample('approval-inbox', { env })
  expect(asked).toContain('Waiting for approval: refund {"amount":25}')
  expect(runExample('approval-inbox', { args: ['work'], env })).toContain(': waiting')
  const [, command = '', ...ids] = /npx --yes @persql\/cli (runs approve) (\S+) (\S+)/.exec(asked) ?? []
  const cli = join(import.meta.dirname, '../packages/cli/dist/bin.js')
  execFileSync(process.execPath, [cli, ...command.split(' '), ...ids, '--db', env.INBOX_DATABASE])
  expect(runExample('approval-inbox', { args: ['work'], env })).toContain(
    ': done, Your refund is on its way.',
  )
})

test('durable-run: two processes are killed, and the third ends the run with each step done once', () => {
  const output = runExample('durable-run')
  expect(output.match(/killed by SIGKILL/g)).toHaveLength(2)
  expect(output.match(/does: .*/g)).toEqual([
    'does: find flights',
    'does: book the hotel',
    'does: send the tickets',
  ])
  expect(output).toContain('All done. The session has 8 items.')
})

test('sqljs: the conversation goes on in the next run', () => {
  const env = { SQLJS_DATABASE: join(folder, 'agents.db') }
  expect(runExample('sqljs', { env })).toContain('You have not told me')
  expect(runExample('sqljs', { env })).toContain('Your favourite colour is teal.\n8 items so far')
})

test('durable-object-agent: each agent knows what it was told itself, after a restart as well', () => {
  const output = runExample('durable-object-agent')
  expect(output.match(/(?<=agent: ).*$/gm)).toEqual([
    ...['Noted.', 'Noted.'],
    ...['Your favourite colour is teal.', 'You have not told me your favourite colour.'],
  ])
  expect(output).toContain('Started anew.')
  expect(output).toContain('The object of ada holds 4 items, sessions: 1.')
})

test('local-to-remote: the same program forgets in memory, and remembers on a file and on a server', () => {
  const [memory, file, server] = runExample('local-to-remote').split('\n\n')
  expect(memory).toMatch(/PERSQL_DATABASE=:memory:.*agent: You have not told me your favourite colour\.$/s)
  expect(file).toMatch(/PERSQL_DATABASE=file:.*agent: Your favourite colour is teal\.$/s)
  expect(server).toMatch(/PERSQL_API_URL=http:.*agent: Your favourite colour is teal\.$/s)
  expect(server).toContain('PERSQL_TOKEN=psql_live_…\n')
})

test('database-per-run: the database is found by SQL, and gone after its time', () => {
  const output = runExample('database-per-run')
  expect(output).toMatch(/'assistant' │ 'Your order number is 4711\.' │/)
  expect(output.match(/^ {2}databases: .*$/gm)).toEqual([
    '  databases: run-7, files: 1, a query: 4 items',
    '  databases: none, files: 1, a query: 404 There is no such database',
    '  databases: none, files: 0, a query: 404 There is no such database',
  ])
})

test('leased-branch: the token reaches the branch only, and both end together', () => {
  const output = runExample('leased-branch')
  expect(output.match(/(?<=agent: ).*$/gm)).toEqual([
    'Noted.',
    'You have not told me your favourite colour.',
    'Noted.',
  ])
  expect(output.match(/(?<=the leased token: |own token: |token of main: |branches: ).*$/gm)).toEqual([
    '4 items',
    '4 items',
    '403 The token does not reach this database',
    '2 items',
    'run-7',
    '401 The token is unknown, revoked or expired',
    '404 There is no such database',
    '401 The token is unknown, revoked or expired',
    '2 items',
    'none',
  ])
})

test('mcp: the agent asks through the endpoint, and answers from the rows', () => {
  const output = runExample('mcp')
  expect(output).toMatch(/^tool: query \{"database":"main","sql":"select session_id/m)
  expect(output).toContain('agent: 1. ada, 6 items; 2. linus, 4 items; 3. grace, 2 items\n')
})

test.skipIf(PYTHON === undefined)(
  'python: a second process knows what the first was told, and SQL finds both turns',
  () => {
    for (const file of ['offline_model.py', 'quickstart.py', 'turn.py']) {
      copyFileSync(join(import.meta.dirname, 'python', file), join(folder, file))
    }
    const env = { ...process.env, OPENAI_API_KEY: '' }
    const output = execFileSync(PYTHON ?? '', [join(folder, 'quickstart.py')], { env, encoding: 'utf8' })
    expect(output).toContain('agent: Your favourite colour is teal.')
    expect(new Set(output.match(/process \d+/g)).size).toBe(2)
    expect(output).toContain("{'session_id': 'user-42', 'items': 4, ")
  },
)

test.skipIf(PYTHON === undefined)(
  'hand-over: each language knows what the other was told, through a file and through a server',
  () => {
    const output = runExample('hand-over', { env: { PYTHON } })
    expect(output.match(/(?<=agent: ).*$/gm)).toEqual([
      ...['Noted.', 'Your favourite colour is teal.', 'Noted.', 'Your lucky number is 7.'],
      ...['Noted.', 'Your favourite colour is teal.', 'Noted.', 'Your lucky number is 7.'],
    ])
  },
)
