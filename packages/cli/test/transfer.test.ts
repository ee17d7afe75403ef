import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { gzipSync } from 'node:zlib'
import { openDriver, SessionStore } from '@persql/session-core'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { generate } from './support/generate.ts'
import { BIN, cleanEnv, json, output, persql, start } from './support/persql.ts'
import { append, contents, type Item, ODD_ROWS, seed, user } from './support/seed.ts'

interface Copied {
  readonly sessions: number
  readonly items: number
  readonly written: number
  readonly checksum: string
  readonly conflicts: readonly string[]
}

const MANY = Array.from({ length: 30 }, (_, n) => user(`item ${n}`))
const SESSIONS = { a: MANY, 天气: [user('\u2028 \u0000 é 😀')], odd: [user('first')] }
const EMPTY = { sql: `insert into agent_sessions values ('empty', null, '2020-01-01 00:00:00')` }

const rows = (db: string) => {
  if (!existsSync(db)) return 0
  const file = new Database(db, { readonly: true, timeout: 5000 })
  try {
    return file.prepare('select count(*) from agent_messages').pluck().get() as number
  } catch {
    return 0
  } finally {
    file.close()
  }
}

test.each(['', 'sqljs:'])(
  'exports to and imports into %sfiles without losing a byte, as often as one likes',
  async (scheme) => {
    const path = temporaryPaths()
    const [from, to, file] = [path('from.db'), path('to.db'), path('sessions.jsonl')]
    await seed(from, SESSIONS, [...ODD_ROWS, EMPTY])
    await output(['sessions', 'export', '--db', from, '--output', file])
    expect(await output(['sessions', 'export', '--db', `sqljs:${from}`])).toBe(readFileSync(file, 'utf8'))
    const first = await json<Copied>(['sessions', 'import', file, '--db', scheme + to])
    expect(first).toMatchObject({ sessions: 4, items: 38, written: 38, conflicts: [] })
    expect(await contents(to)).toEqual(await contents(from))
    expect(await json(['sessions', 'import', file, '--db', scheme + to])).toEqual({ ...first, written: 0 })
    expect(await output(['sessions', 'export', '--db', scheme + to])).toBe(readFileSync(file, 'utf8'))
  },
)

test('writes an export of a documented form', async () => {
  const path = temporaryPaths()
  await seed(path('a.db'), { s: [user('hi')] }, [
    {
      sql: `update agent_sessions set created_at = '2026-01-01 00:00:00', updated_at = '2026-01-02 00:00:00'`,
    },
    { sql: `update agent_messages set created_at = '2026-01-02 00:00:00'` },
    { sql: `insert into agent_messages (session_id, message_data, created_at) values ('s', x'00ff', null)` },
  ])
  expect(await output(['sessions', 'export', 's', '--db', path('a.db')])).toMatchInlineSnapshot(`
    "{"type":"persql-sessions","version":1}
    {"type":"session","sessionId":"s","createdAt":"2026-01-01 00:00:00","updatedAt":"2026-01-02 00:00:00"}
    {"type":"item","sessionId":"s","createdAt":"2026-01-02 00:00:00","text":"{\\"role\\":\\"user\\",\\"content\\":\\"hi\\"}"}
    {"type":"item","sessionId":"s","createdAt":null,"base64":"AP8=","storage":"blob"}
    {"type":"end","sessions":1,"items":2,"checksum":"ae509c80cfcc0197acefe9d87ba96ffa04d0b96479a10566cff91c11df0598b6"}
    "
  `)
})

test('copies to another database and back, and only what is new the next time', async () => {
  const path = temporaryPaths()
  const [from, to, back] = [path('from.db'), path('to.db'), path('back.db')]
  await seed(from, SESSIONS, [...ODD_ROWS, EMPTY])
  const first = await json<Copied>(['copy', '--from', from, '--to', `sqljs:${to}`])
  expect(first).toMatchObject({ sessions: 4, items: 38, written: 38, conflicts: [] })
  expect(await json(['copy', '--from', from, '--to', `sqljs:${to}`])).toEqual({ ...first, written: 0 })
  await append(from, 'a', user('one more'))
  await append(from, 'new', user('hello'))
  expect(await json(['copy', '--from', from, '--to', to])).toMatchObject({
    sessions: 5,
    items: 40,
    written: 2,
  })
  expect(await json(['copy', '--from', to, '--to', back, 'a', 'odd'])).toMatchObject({
    sessions: 2,
    items: 38,
  })
  expect(await contents(to)).toEqual(await contents(from))
  const [sessions] = (await contents(back)) as [unknown[][]]
  expect(sessions.map(([id]) => id)).toEqual(['a', 'odd'])
})

test('leaves sessions with another history alone, says which, and replaces them when told to', async () => {
  const path = temporaryPaths()
  const [from, to] = [path('from.db'), path('to.db')]
  const other = [...MANY.slice(0, 10), user('something else')]
  await seed(from, { a: MANY, b: MANY, c: MANY })
  await seed(to, { a: other, b: MANY.slice(0, 5), c: [...MANY, user('went on')], d: [user('of its own')] })
  const { status, stdout, stderr } = await persql(['copy', '--from', from, '--to', to, '--json'])
  expect(JSON.parse(stdout)).toMatchObject({ sessions: 1, items: 30, written: 25, conflicts: ['a', 'c'] })
  expect([status, stderr]).toEqual([
    1,
    'persql: 2 sessions left alone, with another history in the destination: "a", "c". Add --overwrite to replace them.\n',
  ])
  expect(await json(['copy', '--from', from, '--to', to, '--overwrite'])).toMatchObject({
    sessions: 3,
    conflicts: [],
  })
  const [, items] = (await contents(to)) as [unknown, unknown[][]]
  const [, wanted] = (await contents(from)) as [unknown, unknown[][]]
  expect(items.filter(([id]) => id !== 'd')).toEqual(wanted)
  expect(items.filter(([id]) => id === 'd')).toHaveLength(1)
})

test('replaces the end of a session that is too large for one step, and finds what differs there', async () => {
  const path = temporaryPaths()
  const [from, to] = [path('from.db'), path('to.db')]
  generate(from, { sessions: 1, itemsPerSession: 9000, bytesPerItem: 20 })
  await output(['copy', '--from', from, '--to', to])
  const spoil = `update agent_messages set message_data = '{}' where id = 8500`
  await output(['query', '--write', spoil, '--db', to])
  const copy = ['copy', '--from', from, '--to', to, '--json']
  expect(JSON.parse((await persql(copy)).stdout)).toMatchObject({
    sessions: 0,
    written: 0,
    conflicts: ['session-0'],
  })
  expect(JSON.parse((await persql([...copy, '--overwrite'])).stdout)).toMatchObject({
    written: 501,
    conflicts: [],
  })
  expect(await contents(to)).toEqual(await contents(from))
  await append(to, 'session-0', user('went on'))
  expect(JSON.parse((await persql(copy)).stdout)).toMatchObject({ conflicts: ['session-0'] })
})

test('goes on after it was killed half way, and doubles nothing', async () => {
  const path = temporaryPaths()
  const [from, to] = [path('from.db'), path('to.db')]
  generate(from, { sessions: 200, itemsPerSession: 100, bytesPerItem: 1500 })
  let done = 0
  for (let kill = 0; kill < 3; kill++) {
    const child = start(['copy', '--from', from, '--to', to])
    const ended = once(child, 'exit')
    while (rows(to) <= done) await new Promise(setImmediate)
    child.kill('SIGKILL')
    await ended
    const now = rows(to)
    expect(now).toBeGreaterThan(done)
    done = now
  }
  expect(done).toBeLessThan(20_000)
  expect(await json(['copy', '--from', from, '--to', to])).toMatchObject({
    sessions: 200,
    items: 20_000,
    written: 20_000 - done,
    conflicts: [],
  })
  expect(await contents(to)).toEqual(await contents(from))
})

test('copies what a writer has written by then, and the rest the next time', async () => {
  const path = temporaryPaths()
  const [from, to] = [path('from.db'), path('to.db')]
  generate(from, { sessions: 300, itemsPerSession: 50, bytesPerItem: 500 })
  const driver = await openDriver(from)
  const store = new SessionStore<Item>(driver)
  const copying = json<Copied>(['copy', '--from', from, '--to', to])
  let isDone = false
  void copying.finally(() => {
    isDone = true
  })
  let written = 0
  while (!isDone) {
    await store.append(`session-${written % 300}`, [user(`late ${written}`)])
    written += 1
    await new Promise(setImmediate)
  }
  await driver.close()
  const { items, conflicts } = await copying
  expect(conflicts).toEqual([])
  expect(items).toBeGreaterThanOrEqual(15_000)
  expect(await json(['copy', '--from', from, '--to', to])).toMatchObject({
    items: 15_000 + written,
    written: 15_000 + written - items,
  })
  expect(await contents(to)).toEqual(await contents(from))
})

test('moves more than its memory: many sessions, long ones, and large items', async () => {
  const path = temporaryPaths()
  const [from, to, imported, file] = [path('from.db'), path('to.db'), path('imported.db'), path('all.jsonl')]
  generate(from, { sessions: 15_000, itemsPerSession: 2, bytesPerItem: 200 })
  await seed(from, { long: Array.from({ length: 20_000 }, (_, n) => user(`${n} ${'x'.repeat(1500)}`)) })
  await seed(from, { large: Array.from({ length: 12 }, (_, n) => user(`${n} ${'y'.repeat(3_000_000)}`)) })
  const node = ['--max-old-space-size=48']
  const copied = await json<Copied>(['copy', '--from', from, '--to', to], { node })
  expect(copied).toMatchObject({ sessions: 15_002, items: 50_012, written: 50_012 })
  await output(['sessions', 'export', '--db', from, '-o', file], { node })
  expect(await json(['sessions', 'import', file, '--db', imported], { node })).toEqual(copied)
})

test('says where an export is broken, and how far it came', async () => {
  const path = temporaryPaths()
  await seed(path('a.db'), { a: [user('secret one'), user('secret two')], b: [user('secret three')] })
  const whole = await output(['sessions', 'export', '--db', path('a.db')])
  const lines = whole.trimEnd().split('\n')
  const attempt = async (text: string, ...more: string[]) => {
    const db = path(`${readdirSync(dirname(path('x'))).length}.db`)
    const { status, stderr } = await persql(['sessions', 'import', '-', '--db', db, ...more], { input: text })
    expect(stderr).not.toContain('secret')
    return [status, stderr.replace('persql: ', '').trim(), rows(db)]
  }
  const without = (...numbers: number[]) => lines.filter((_, index) => !numbers.includes(index)).join('\n')
  expect(await attempt(without(6))).toEqual([
    1,
    expect.stringMatching(/^The export has no end line after line 6/),
    3,
  ])
  expect(await attempt(without(6), '--incomplete')).toEqual([0, '', 3])
  expect(await attempt(without(3))).toEqual([
    1,
    expect.stringMatching(/^Line 6 does not agree with the lines before/),
    0,
  ])
  expect(await attempt(whole.replace('two', 'TWO'))).toEqual([
    1,
    expect.stringMatching(/^Line 7 does not agree/),
    0,
  ])
  expect(await attempt(whole.slice(0, -20))).toEqual([1, 'Line 7 is not a JSON object.', 0])
  expect(await attempt(without(0))).toEqual([
    1,
    'Line 1 is not the head of an export by `persql sessions export`.',
    0,
  ])
  expect(await attempt(without(4))).toEqual([1, 'Line 5 is an item outside of its session.', 0])
  expect(await attempt(`${whole}{}`)).toEqual([1, 'Line 8 comes after the end line.', 0])
  expect(await attempt(whole.replace('"version":1', '"version":2'))).toEqual([
    1,
    expect.stringContaining('version 2'),
    0,
  ])
  expect(await attempt('')).toEqual([1, expect.stringMatching(/^The export has no end line after line 0/), 0])
})

test('leaves no half-written file behind', async () => {
  const path = temporaryPaths()
  await seed(path('a.db'), { a: MANY })
  const { status } = await persql([
    'sessions',
    'export',
    'a',
    'nobody',
    '--db',
    path('a.db'),
    '-o',
    path('out.jsonl'),
  ])
  const left = readdirSync(dirname(path('a.db'))).filter((name) => !name.startsWith('a.db'))
  expect([status, left]).toEqual([1, []])
})

test('ends quietly when the reader of its output has had enough', async () => {
  const path = temporaryPaths()
  generate(path('a.db'), { sessions: 100, itemsPerSession: 100, bytesPerItem: 500 })
  for (const command of [
    'sessions export',
    'sessions show session-0 --full',
    'query "select * from agent_messages"',
  ]) {
    const script = `set -o pipefail; "${process.execPath}" "${BIN}" ${command} | head -n 1 > /dev/null`
    const child = spawn('bash', ['-c', script], { env: cleanEnv({ PERSQL_DATABASE: path('a.db') }) })
    let stderr = ''
    child.stderr.on('data', (data) => {
      stderr += data
    })
    expect([(await once(child, 'close'))[0], stderr]).toEqual([0, ''])
  }
})

test('refuses to read a file that is no export before it makes a database', async () => {
  const path = temporaryPaths()
  writeFileSync(path('x.jsonl'), '{"role":"user"}\n')
  writeFileSync(
    path('latin1.jsonl'),
    Buffer.from('{"type":"persql-sessions","version":1}\n{"type":"é"}\n', 'latin1'),
  )
  writeFileSync(path('cut.gz'), gzipSync('{}\n'.repeat(999)).subarray(0, 20))
  writeFileSync(path('x.zst'), Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]))
  await seed(path('source.db'), { a: [user('hi')] })
  const refusals = [
    ['x.jsonl', 'Line 1 is not the head of an export by `persql sessions export`.'],
    ['missing.jsonl', 'There is no file "missing.jsonl".'],
    ['', 'There is no file "".'],
    ['.', '"." is a folder. Give a file that `export` wrote.'],
    ['latin1.jsonl', 'Line 2 is not UTF-8 text.'],
    ['cut.gz', 'The gzip file is damaged, or was cut short.'],
    ['x.zst', 'This is compressed. Unpack it on the way: zstd -dc x.zst | persql sessions import -'],
    [
      'source.db',
      'This is an SQLite database, not an export. To copy its sessions: persql copy --from source.db --to …',
    ],
  ]
  for (const [file, message] of refusals) {
    expect(await persql(['sessions', 'import', file!, '--db', 'a.db'], { cwd: path('.') })).toEqual({
      status: 1,
      stdout: '',
      stderr: `persql: ${message}\n`,
    })
  }
  expect(existsSync(path('a.db'))).toBe(false)
})

test('reads an export that was packed by gzip, or that another program wrote in UTF-16', async () => {
  const path = temporaryPaths()
  await seed(path('a.db'), { 天气: [user('\u2028 é 😀'), ...MANY] })
  const text = await output(['sessions', 'export', '--db', path('a.db')])
  const windows = text.replaceAll('\n', '\r\n')
  const utf16 = (marked: string) => Buffer.from(marked, 'utf16le')
  const files = {
    gzip: gzipSync(text),
    'several gzip members': Buffer.concat([gzipSync(text.slice(0, 99)), gzipSync(text.slice(99))]),
    'UTF-8 with a mark': Buffer.from(`\ufeff${windows}`),
    'UTF-16': utf16(`\ufeff${windows}`),
    'UTF-16, big end first': utf16(`\ufeff${windows}`).swap16(),
    'UTF-16 without a mark': utf16(windows),
    'UTF-16 in gzip': gzipSync(utf16(`\ufeff${windows}`)),
  }
  for (const [name, bytes] of Object.entries(files)) {
    writeFileSync(path(name), bytes)
    expect(await json(['sessions', 'import', path(name), '--db', path(`${name}.db`)]), name).toMatchObject({
      sessions: 1,
      items: 31,
    })
    expect(await contents(path(`${name}.db`)), name).toEqual(await contents(path('a.db')))
  }
})
