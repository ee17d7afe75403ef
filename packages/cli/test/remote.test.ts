import { once } from 'node:events'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { expect, test } from 'vitest'
import { generate } from './support/generate.ts'
import { json, output, persql, start } from './support/persql.ts'
import { contents, ODD_ROWS, seed, user } from './support/seed.ts'
import { startServer } from './support/server.ts'

test('copies from a file to a server and back, and does everything there that it does on a file', async () => {
  const { env } = await startServer()
  const path = temporaryPaths()
  const [from, back] = [path('from.db'), path('back.db')]
  const call = { type: 'function_call', callId: 'c1', name: 'lookup', arguments: '{}' }
  await seed(from, { a: [user('Where is Oslo?'), call], b: [user('hi')], odd: [user('x')] }, ODD_ROWS)
  const remote = 'persql://acme/agents'
  const there = await json(['copy', '--from', from, '--to', remote], { env })
  expect(there).toMatchObject({ sessions: 3, items: 10, written: 10, conflicts: [] })
  expect(await json(['copy', '--from', remote, '--to', back], { env })).toEqual(there)
  expect(await json(['copy', '--from', from, '--to', remote], { env })).toEqual({
    ...(there as object),
    written: 0,
  })
  expect(await contents(back)).toEqual(await contents(from))

  const at = { env: { ...env, PERSQL_DATABASE: 'acme/agents' } }
  expect(await output(['sessions', 'export'], at)).toBe(await output(['sessions', 'export', '--db', from]))
  expect(await output(['sessions', 'show', 'a'], at)).toBe(
    await output(['sessions', 'show', 'a', '--db', from]),
  )
  expect(await output(['sessions', 'list'], at)).toBe(await output(['sessions', 'list', '--db', from]))
  expect(await json(['sessions', 'search', 'oslo'], at)).toEqual(
    await json(['sessions', 'search', 'oslo', '--db', from]),
  )
  expect(await json(['sessions', 'stats'], at)).toMatchObject({ sessions: 3, items: 10 })
  expect(await json(['sessions', 'fork', 'a', 'c'], at)).toMatchObject({ itemCount: 2 })
  expect(await json(['sessions', 'delete', 'c', '--yes'], at)).toEqual({ deleted: ['c'], items: 2 })
  const doctor = await persql(['doctor', '--json'], at)
  expect(doctor.status).toBe(1)
  expect(
    JSON.parse(doctor.stdout).findings.map(({ check, status }: Record<string, string>) => [check, status]),
  ).toEqual([
    ['connection', 'ok'],
    ['tables', 'ok'],
    ['row ids', 'ok'],
    ['index', 'ok'],
    ['foreign key', 'ok'],
    ['items', 'problem'],
    ['tool results', 'ok'],
    ['tool calls', 'warning'],
    ['words', 'ok'],
    ['sessions', 'ok'],
    ['search index', 'ok'],
  ])
})

test('reads nothing into being: a database that is missing on a server stays missing', async () => {
  const { env } = await startServer()
  for (const args of [
    ['sessions', 'list'],
    ['query', 'select 1'],
    ['doctor'],
    ['sessions', 'delete', 'a', '--yes'],
  ]) {
    expect(await persql([...args, '--db', 'persql://acme/typo'], { env })).toEqual({
      status: 1,
      stdout: '',
      stderr: 'persql: There is no database "acme/typo".\n',
    })
  }
  expect(await json(['db', 'list'], { env })).toEqual({ databases: [] })
})

test('goes on with a copy to a server that was killed half way', async () => {
  const { env } = await startServer()
  const from = temporaryPaths()('from.db')
  generate(from, { sessions: 400, itemsPerSession: 50, bytesPerItem: 1000 })
  const remote = 'persql://acme/agents'
  const copied = async () => {
    const { status, stdout } = await persql(
      ['query', 'select count(*) n from agent_messages', '--json', '--db', remote],
      { env },
    )
    return status === 0 ? (JSON.parse(stdout).rows[0].n as number) : 0
  }
  const child = start(['copy', '--from', from, '--to', remote], { env })
  const ended = once(child, 'exit')
  while ((await copied()) === 0);
  child.kill('SIGKILL')
  await ended
  const done = await copied()
  expect(await json(['copy', '--from', from, '--to', remote], { env })).toMatchObject({
    items: 20_000,
    written: 20_000 - done,
    conflicts: [],
  })
  expect(await output(['sessions', 'export', '--db', remote], { env })).toBe(
    await output(['sessions', 'export', '--db', from]),
  )
})

test('makes, lists and deletes databases, branches and tokens, and shows what was used', async () => {
  const { env } = await startServer()
  const created = await json<{ slug: string; expiresAt: string }>(
    ['db', 'create', 'Agent state', '--ttl', '6h'],
    { env },
  )
  expect(created.slug).toBe('agent-state')
  const left = Date.parse(created.expiresAt) - Date.now()
  expect(left).toBeGreaterThan(5.9 * 3_600_000)
  expect(left).toBeLessThan(6.1 * 3_600_000)
  expect(await output(['db', 'list'], { env })).toContain('agent-state')
  expect(await persql(['db', 'create', 'Agent state'], { env })).toMatchObject({ status: 1, stdout: '' })

  await output(['query', '--write', 'create table t (a)', '--db', 'persql://acme/agent-state'], { env })
  const claim = await json<{ token: string; databaseSlug: string; branchRef: string }>(
    ['branch', 'claim', '--db', 'agent-state', '--purpose', 'try it', '--ttl', '1h'],
    { env },
  )
  const branch = { env: { ...env, PERSQL_TOKEN: claim.token, PERSQL_DATABASE: `acme/${claim.databaseSlug}` } }
  await output(['query', '--write', 'insert into t values (1)'], branch)
  expect(await json(['query', 'select a from t'], branch)).toMatchObject({ rows: [{ a: 1 }] })
  expect(await output(['branch', 'list', '--db', 'persql://acme/agent-state'], { env })).toContain(
    claim.branchRef,
  )
  await output(['branch', 'delete', claim.branchRef, '--yes'], {
    env: { ...env, PERSQL_DATABASE: 'acme/agent-state' },
  })
  expect(await json(['branch', 'list', '--db', 'acme/agent-state'], { env })).toEqual({ branches: [] })

  const secret = (await output(['token', 'create', 'reader', '--role', 'readonly'], { env })).trim()
  const reader = { env: { ...env, PERSQL_TOKEN: secret, PERSQL_DATABASE: 'acme/agent-state' } }
  expect(await json(['query', 'select count(*) n from t'], reader)).toMatchObject({ rows: [{ n: 0 }] })
  expect(await persql(['query', '--write', 'delete from t'], reader)).toMatchObject({ status: 1 })
  const { tokens } = await json<{ tokens: { id: string; name: string }[] }>(['token', 'list'], { env })
  expect(JSON.stringify(tokens)).not.toContain(secret)
  const id = tokens.find(({ name }) => name === 'reader')?.id ?? ''
  expect(await json(['token', 'revoke', id, '--yes'], { env })).toEqual({ revoked: [id] })
  expect(await persql(['query', 'select 1'], reader)).toMatchObject({ status: 1 })

  expect(await output(['usage'], { env })).toContain('agent-state')
  expect(await json(['db', 'delete', 'agent-state', '--yes'], { env })).toEqual({ deleted: ['agent-state'] })
  expect(await json(['db', 'list'], { env })).toEqual({ databases: [] })
})

test('takes a token from the environment only, and shows it nowhere', async () => {
  const { env } = await startServer()
  const { PERSQL_TOKEN, ...without } = env
  expect(await persql(['db', 'list'], { env: without })).toEqual({
    status: 2,
    stdout: '',
    stderr: 'persql: PERSQL_TOKEN is not set. Set it to an API token of the namespace.\n',
  })
  const wrong = 'psql_live_wrong_secret_0123456789'
  const { status, stdout, stderr } = await persql(['db', 'list'], { env: { ...env, PERSQL_TOKEN: wrong } })
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr).not.toContain(wrong)
  expect(await persql(['db', 'list', '--token', PERSQL_TOKEN], { env: without })).toMatchObject({ status: 2 })
})
