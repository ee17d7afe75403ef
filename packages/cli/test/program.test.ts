import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, symlinkSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { PerSQL } from '@persql/sdk'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { BIN, cleanEnv, output, persql, start } from './support/persql.ts'
import { seed, user } from './support/seed.ts'

async function commands(prefix: readonly string[] = []): Promise<string[][]> {
  const help = await output([...prefix, '--help'])
  const listed = /^Commands:\n((?: {2}.*\n)+)/m.exec(help)?.[1] ?? ''
  const names = [...listed.matchAll(/^ {2}(\w+)/gm)]
    .map(([, name]) => name!)
    .filter((name) => !/^(help|complete)$/.test(name))
  if (names.length === 0) return [[...prefix]]
  return (await Promise.all(names.map((name) => commands([...prefix, name])))).flat()
}

test('every command has help with an example of itself', async () => {
  const all = await commands()
  expect(all.length).toBeGreaterThan(20)
  for (const command of all) {
    const help = await output([...command, '--help'])
    expect(help).toContain(`Usage: persql ${command.join(' ')}`)
    expect(help).toMatch(new RegExp(`Examples?:\\n(.*\\n)*.*persql ${command.join(' ')}`))
  }
})

test.each([
  [['--nothing']],
  [['nothing']],
  [['sessions']],
  [['sessions', 'lst']],
  [['sessions', 'show']],
  [['sessions', 'list', '--limit', 'many']],
  [['sessions', 'list']],
  [['sessions', 'list', '--db', 'mysql://x']],
  [['sessions', 'list', '--db', 'acme/agents']],
  [['mcp', '--db', 'acme/agents']],
  [['console', '--db', 'acme/agents']],
  [['doctor', '--db', 'acme/agents']],
  [['sessions', 'list', '--db', ' ']],
  [['copy', '--from', 'a.db']],
  [['db', 'create', 'x', '--ttl', 'soon']],
  [['token', 'create', 'x', '--role', 'king']],
])('%j is misuse: status 2, nothing on standard output', async (args) => {
  const { status, stdout, stderr } = await persql(args)
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).not.toBe('')
})

test('suggests what was meant, on one line', async () => {
  const { stderr } = await persql(['sesions', 'list'])
  expect(stderr).toBe("persql: unknown command 'sesions' (Did you mean sessions?)\n")
})

test('says that a file has no branches before it wants a token', async () => {
  const { status, stderr } = await persql(['branch', 'list', '--db', 'agents.db'])
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: 'persql: Branches need a PerSQL database: --db persql://namespace/database\n',
  })
})

test('colours only terminals', async () => {
  const db = temporaryPaths()('a.db')
  await seed(db, { s: [user('hi')] })
  const args = ['sessions', 'show', 's', '--db', db]
  expect((await persql(args, { env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[')
  const { FORCE_COLOR: _, ...env } = cleanEnv()
  const { stdout } = spawnSync(process.execPath, [BIN, ...args], { env, encoding: 'utf8' })
  expect(stdout).not.toContain('\u001b[')
})

test('completes commands, options and the sessions of a file, but no ids that a shell could run', async () => {
  const db = temporaryPaths()('a.db')
  await seed(db, { 'user-42': [user('hi')], 'x$(reboot)': [user('hi')], '; ls': [user('hi')] })
  const complete = async (...words: string[]) =>
    (await output(['complete', '--', ...words], { env: { PERSQL_DATABASE: db } }))
      .split('\n')
      .flatMap((line) => /^[^:\t]+/.exec(line) ?? [])
  expect(await complete('s')).toEqual(['sessions', 'server'])
  expect(await complete('sessions', 's')).toEqual(['show', 'search', 'stats'])
  expect(await complete('sessions', 'show', '--f')).toEqual(['--follow', '--full'])
  expect(await complete('sessions', 'show', '')).toEqual(['user-42'])
  expect(await complete('sessions', 'delete', '--db', `file:${db}`, 'user')).toEqual(['user-42'])
  expect(await complete('copy', '--from', db, '')).toEqual(['user-42'])
  expect(await complete('token', 'create', '--role', '')).toEqual(['admin', 'readwrite', 'readonly'])
  expect(await complete('sessions', 'show', '--db', 'none.db', '')).toEqual([])
})

test.each(['bash', 'zsh', 'fish'])('prints a completion script for %s', async (shell) => {
  const script = await output(['complete', shell])
  expect(script).toContain('persql complete --')
  if (shell === 'bash') expect(spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' }).stderr).toBe('')
})

test('finds its drivers when it is called through a link from anywhere', async () => {
  const path = temporaryPaths()
  await seed(path('a.db'), { s: [user('hi')] })
  mkdirSync(path('bin'))
  symlinkSync(BIN, path('bin/persql'))
  for (const db of ['a.db', 'sqljs:a.db']) {
    const { stdout } = spawnSync(process.execPath, [path('bin/persql'), 'sessions', 'list', '--db', db], {
      cwd: path('.'),
      env: cleanEnv(),
      encoding: 'utf8',
    })
    expect(stdout).toContain('s\t1\t')
  }
})

test('a read of the console does not outlive it', async () => {
  const path = temporaryPaths()
  await seed(path('a.db'), { s: [user('hi')] })
  const console = start(['console', '--db', path('a.db')])
  const { origin, hash } = new URL(String((await once(console.stdout!, 'data'))[0]).trim())
  const body = JSON.stringify({ secret: hash.replace('#/open/', '') })
  const answer = await fetch(`${origin}/console/sign-in`, { method: 'POST', body })
  const { data } = (await answer.json()) as { data: { token: string } }
  const persql = new PerSQL({ token: data.token, baseURL: origin, maxRetries: 0 })
  const database = persql.database('local/database')
  const sql = `with recursive n(i) as (select count(*) from agent_messages union all select i + 1 from n) select max(i) from n`
  const lost = expect(database.query(sql, [], { readOnly: true })).rejects.toMatchObject({ code: 'network' })

  const file = new Database(path('a.db'), { timeout: 0 })
  onTestFinished(() => void file.close())
  const canReset = () => {
    file.exec('create table if not exists later (a); insert into later values (1)')
    return file.pragma('wal_checkpoint(restart)', { simple: true }) === 0
  }
  await expect.poll(canReset, { timeout: 20_000 }).toBe(false)
  console.kill('SIGKILL')
  await lost
  await expect.poll(canReset, { timeout: 20_000 }).toBe(true)
})

test('serves the console, the API and MCP until it is told to end', async () => {
  const path = temporaryPaths()
  await seed(path('a.db'), { s: [user('hi')] })

  const console = start(['console', '--db', path('a.db'), '--read-only'])
  const address = String((await once(console.stdout!, 'data'))[0]).trim()
  expect((await fetch(address.replace(/#.*/, ''))).status).toBe(200)
  const printed = once(console.stdout!, 'data')
  console.stdin?.write('\n')
  const fresh = String((await printed)[0]).trim()
  const signIn = async (url: string) => {
    const [page = '', secret] = url.split('#/open/')
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ secret })
    return (await fetch(new URL('sign-in', page), { method: 'POST', headers, body })).status
  }
  for (const one of [fresh, address]) {
    expect(await signIn(one)).toBe(200)
    expect(await signIn(one)).toBe(401)
  }
  console.kill('SIGINT')
  expect((await once(console, 'exit'))[0]).toBe(0)

  const server = start(['server', '--data', path('data'), '--port', '0'])
  const said = text(server.stderr!)
  const { url } = JSON.parse(String((await once(server.stdout!, 'data'))[0])) as { url: string }
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  server.kill('SIGTERM')
  expect((await once(server, 'exit'))[0]).toBe(0)
  expect(await said).toContain(`Console at ${url}/console/`)

  const request = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
  }
  const mcp = start(['mcp', '--db', path('a.db'), '--read-only'])
  const answered = once(mcp.stdout!, 'data')
  mcp.stdin?.write(`${JSON.stringify(request)}\n`)
  expect(JSON.parse(String((await answered)[0]))).toMatchObject({
    id: 1,
    result: { serverInfo: { name: 'persql' } },
  })
  mcp.stdin?.end()
  expect((await once(mcp, 'exit'))[0]).toBe(0)
})

test('the stack that PERSQL_DEBUG adds steers no terminal either', async () => {
  const { stderr } = await persql(['sessions', 'list', '--db', 'no\u001b[31m\nsuch.db'], {
    env: { PERSQL_DEBUG: '1' },
  })
  expect(stderr).toContain('at ')
  expect(stderr).not.toContain('\u001b')
})
