import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type MemoryOptions, openMemory } from '@persql/context'
import { openDriver, type SqlStatement, UsageLog } from '@persql/session-core'
import { hranaServer } from '@persql/test-support/hrana-server'
import { everyDatabase } from '@persql/test-support/postgres-databases'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { json, output, persql, type RunOptions, start } from './support/persql.ts'
import { seed, user } from './support/seed.ts'
import { startServer } from './support/server.ts'

interface Copied {
  readonly memory: { readonly written: number; readonly checksum: string }
  readonly usage: object
}

const MINUTE = 60_000
const START = Date.UTC(2026, 0, 31)
const WORDS = ['green tea', 'oat milk', 'flat white', 'deploys on Friday', '日本語の茶', 'café crème']
const FACTS = Array.from({ length: 45 }, (_, n) => ({
  name: `fact ${n}`,
  description: `about ${WORDS[n % WORDS.length]}`,
  body: `${WORDS[(n * 5) % WORDS.length]} "\\ é 😀 ${n}`,
}))

/** A vector that depends on the text and nothing else. */
const embed: MemoryOptions['embed'] = async (texts) =>
  texts.map((text) => new Float32Array([text.length, text.charCodeAt(0), 1]))

async function withMemory<Result>(
  url: string,
  options: MemoryOptions,
  use: (memory: ReturnType<typeof openMemory>) => Promise<Result>,
): Promise<Result> {
  const driver = await openDriver(url)
  try {
    return await use(openMemory(driver, options))
  } finally {
    await driver.close()
  }
}

/** Sessions, what they used, and a memory with everything that a memory can hold. */
async function fill(url: string): Promise<void> {
  await seed(url, { first: [user('x')], told: [user('1'), user('2'), user('3')], last: [user('y')] }, [])
  const driver = await openDriver(url)
  // What is told first is in rows that get other ids in a copy.
  await driver.batch([{ sql: "delete from agent_sessions where session_id = 'first'" }])
  await new UsageLog(driver).record('told', [
    { requestId: 'r1', inputTokens: 5, outputTokens: 7, model: 'm' },
    { requestId: 'r2', inputTokens: 1, outputTokens: 2, durationMs: 3, at: new Date(START) },
  ])
  let time = START
  const memory = openMemory(driver, { source: 'assistant', embed, now: () => (time += MINUTE) })
  for (const [n, fact] of FACTS.entries()) {
    await memory.remember({ ...fact, ...(n % 3 === 0 && { sessionId: 'told' }) })
  }
  await memory.remember({ name: 'fact 1', body: 'changed since', type: 'user' })
  await memory.distill('told', () => ({ title: 'Told', body: 'Three things were told.', outcome: 'done' }))
  await memory.record({ body: 'A coffee was ordered.', runId: 'run-1', happenedAt: new Date(START) })
  await memory.link('Checkout', 'depends on', 'Billing meter')
  await memory.link('Billing meter', 'belongs to', 'Ann')
  await openMemory(driver)
    .working('run-1')
    .set('plan', { steps: ['a'] })
  await openMemory(driver).working('run-1').set('old', 1, { ttl: 1 })
  await driver.close()
}

/** All that a memory says, apart from row ids. */
function everything(url: string) {
  return withMemory(url, { embed, now: () => START + 1000 * MINUTE }, async (memory) => {
    const recalled: unknown[] = []
    for (const text of [...WORDS, '"green tea"', 'fact 7', 'ordered OR told', '']) {
      const hits = await memory.recall(text, { limit: 5 })
      recalled.push([text, hits.map(({ rowId, score, ...hit }) => hit)])
    }
    const episodes = await memory.episodes()
    return {
      facts: await memory.index({ limit: 100 }),
      episodes: episodes.map(({ rows, ...episode }) => ({ ...episode, isDistilled: rows !== null })),
      links: await memory.links(),
      working: (await memory.workingEntries()).filter(({ key }) => key !== 'old'),
      recalled,
    }
  })
}

async function rows(url: string, sql: string): Promise<readonly (readonly unknown[])[]> {
  const driver = await openDriver(url)
  const [result] = await driver.batch([{ sql }], { readOnly: true })
  await driver.close()
  return result!.rows
}

/** What `episodes` sum up, as the texts of these rows. */
const SUMMED_UP = `select e.title, m.message_data from ctx_episode as e join agent_messages as m
  on m.session_id = e.session_id and m.id between e.first_row and e.last_row order by m.id`
const USED_UNTIL = `select u.request_id, m.message_data from agent_sessions_usage as u
  join agent_messages as m on m.id = u.last_row order by u.request_id`
const PARTS = [
  SUMMED_UP,
  USED_UNTIL,
  'select * from ctx_origin order by memory_id',
  'select * from ctx_embedding order by id',
]

async function expectSame(url: string, other: string): Promise<void> {
  expect(await everything(url)).toEqual(await everything(other))
  for (const sql of PARTS) {
    const found = await rows(url, sql)
    expect(found.length).toBeGreaterThan(0)
    expect(found).toEqual(await rows(other, sql))
  }
}

async function change(url: string, ...statements: string[]): Promise<void> {
  await seed(
    url,
    {},
    statements.map((sql): SqlStatement => ({ sql })),
  )
}

for (const databases of everyDatabase()) {
  describe(`copying memory, ${databases.name}`, () => {
    let folder: string
    let file: string
    let url: string

    beforeEach(async ({ task }) => {
      folder = await mkdtemp(join(tmpdir(), 'persql-copy-'))
      file = join(folder, 'agents.db')
      url = await databases.urlOf(`copy ${task.name}`)
      await fill(file)
    })
    afterEach(() => rm(folder, { recursive: true, force: true }))
    afterAll(() => databases.close())

    test('from a file and back loses nothing, and recall gives the same answers', async () => {
      const there = await json<Copied>(['copy', '--from', file, '--to', url])
      expect(there).toMatchObject({
        sessions: 2,
        usage: { requests: 2, written: 2 },
        memory: { facts: 45, episodes: 2, links: 2, working: 1, written: 50, conflicts: [] },
      })
      const again = await json<Copied>(['copy', '--from', file, '--to', url])
      expect(again.memory).toEqual({ ...there.memory, written: 0 })
      expect(again.usage).toEqual({ requests: 2, written: 0 })
      await expectSame(url, file)
      const back = join(folder, 'back.db')
      expect((await json<Copied>(['copy', '--from', url, '--to', back])).memory).toEqual(there.memory)
      await expectSame(back, file)
      // An episode that was distilled covers the same rows, so nothing of the session is summed up again.
      await withMemory(url, {}, async (memory) => {
        expect(await memory.distill('told', () => 'again')).toMatchObject({ title: 'Told' })
      })
      expect((await json<Copied>(['copy', '--from', back, '--to', file])).memory.written).toBe(0)
    })

    test('goes on where a copy was cut short', async () => {
      await json(['copy', '--from', file, '--to', url])
      await change(
        url,
        `delete from ctx_memory where name in (select name from ctx_memory order by rowid desc limit 30)`,
        'delete from ctx_edge',
        "delete from agent_sessions where session_id = 'told'",
        'delete from ctx_episode',
      )
      expect(await json(['copy', '--from', file, '--to', url])).toMatchObject({
        memory: { facts: 45, written: 34, conflicts: [] },
      })
      await expectSame(url, file)
    })
  })
}

describe('copying memory', () => {
  const path = temporaryPaths(afterAll)
  let copies = 0
  const copy = (from: string, to: string, ...more: string[]) => ['copy', '--from', from, '--to', to, ...more]

  async function goesThereAndBack(url: string, options: RunOptions = {}): Promise<void> {
    const [from, back] = [path(`${copies++}-from.db`), path(`${copies}-back.db`)]
    await fill(from)
    const there = await json<Copied>(copy(from, url), options)
    expect(there).toMatchObject({ usage: { written: 2 }, memory: { written: 50, conflicts: [] } })
    expect((await json<Copied>(copy(from, url), options)).memory).toEqual({ ...there.memory, written: 0 })
    expect((await json<Copied>(copy(url, back), options)).memory).toEqual(there.memory)
    await expectSame(back, from)
  }

  test('goes to SQLite in WebAssembly and back', () => goesThereAndBack(`sqljs:${path('js.db')}`))

  test('goes to a libSQL server and back', async () => {
    const server = await hranaServer()
    onTestFinished(() => server.close())
    await goesThereAndBack(`${server.urlOf('copied').replace('http:', 'libsql:')}?tls=0`)
  })

  test('goes to PerSQL and back', async () => {
    const { env } = await startServer()
    await goesThereAndBack('persql://acme/agents', { env })
  })

  test('goes on after it was killed', async () => {
    const [from, to] = [path('killed-from.db'), path('killed-to.db')]
    await fill(from)
    await withMemory(from, { embed }, async (memory) => {
      for (let n = 0; n < 400; n++) await memory.remember({ name: `more ${n}`, body: `body ${n}` })
    })
    const child = start(copy(from, to))
    const exit = once(child, 'exit')
    const facts = () => rows(to, 'select count(*) from ctx_memory').catch(() => [[0]])
    await expect.poll(async () => Number((await facts())[0]![0]), { interval: 1 }).toBeGreaterThan(0)
    child.kill('SIGKILL')
    await exit
    expect(await json(copy(from, to))).toMatchObject({ memory: { facts: 445, conflicts: [] } })
    await expectSame(to, from)
  })

  test('brings what is newer, and leaves alone what has gone on otherwise', async () => {
    const [from, to] = [path('newer-from.db'), path('newer-to.db')]
    await fill(from)
    await json(copy(from, to))
    const later = { now: () => START + 500 * MINUTE }
    const latest = { now: () => START + 600 * MINUTE }
    await withMemory(from, later, async (memory) => {
      await memory.remember({ name: 'fact 2', body: 'newer here' })
      await memory.remember({ name: 'fact 3', body: 'older here' })
      await memory.remember({ name: 'of both', body: 'the one' })
      await memory.link('Checkout', 'runs on', 'Friday')
    })
    await withMemory(to, latest, async (memory) => {
      await memory.remember({ name: 'fact 3', body: 'newer there', sessionId: 'other' })
      await memory.remember({ name: 'of both', body: 'the other' })
      await memory.remember({ name: 'only there', body: 'kept' })
    })
    const { status, stdout, stderr } = await persql(copy(from, to, '--json'))
    expect([status, stderr]).toEqual([
      1,
      'persql: 2 memories left alone, with something else, or something newer, in the destination: fact "fact 3", fact "of both". Add --overwrite to replace them.\n',
    ])
    expect(JSON.parse(stdout)).toMatchObject({
      memory: {
        facts: 44,
        written: 2,
        conflicts: [
          { kind: 'fact', name: 'fact 3' },
          { kind: 'fact', name: 'of both' },
        ],
      },
    })
    await withMemory(to, {}, async (memory) => {
      expect(await memory.get('fact 2')).toMatchObject({ body: 'newer here' })
      expect(await memory.get('fact 3')).toMatchObject({ body: 'newer there' })
      expect((await memory.find('fact 3'))!.sessionId).toBe('other')
      expect(await memory.recall('"newer here"')).toMatchObject([{ name: 'fact 2' }])
    })

    expect(await json(copy(from, to, '--overwrite'))).toMatchObject({
      memory: { facts: 46, written: 2, conflicts: [] },
    })
    await withMemory(to, { embed }, async (memory) => {
      await memory.forget('only there')
      expect(await memory.recall('"newer there" OR "the other"', { limit: 50 })).not.toContainEqual(
        expect.objectContaining({ body: expect.stringMatching('newer there|the other') }),
      )
    })
    await expectSame(to, from)
  })

  test('goes with the whole database only, and what stays behind is said', async () => {
    const [from, to, whole] = [path('part-from.db'), path('part-to.db'), path('part-whole.db')]
    await fill(from)
    await change(from, 'create table agent_runs (run_id text)', "insert into agent_runs values ('r')")
    const part = await persql(copy(from, to, 'told'))
    expect(part).toMatchObject({ status: 0, stderr: 'persql: Left behind: 50 memories, 1 run.\n' })
    expect(part.stdout).toContain('Copied what 2 requests used.')
    expect(await rows(to, "select name from sqlite_master where name like 'ctx%'")).toEqual([])
    const without = await persql(copy(from, to, '--no-memory'))
    expect(without.stderr).toBe('persql: Left behind: 50 memories, 1 run.\n')
    const all = await persql(copy(from, whole))
    expect(all.stderr).toBe('persql: Left behind: 1 run.\n')
    expect(all.stdout).toContain(
      '45 facts, 2 episodes, 2 links and 1 key of working memory. Verified: SHA-256',
    )
  })

  test('of another program that lacks tables is told, and does not hold up sessions', async () => {
    const [from, to] = [path('lacks.db'), path('lacks-to.db')]
    await seed(from, { a: [user('hi')] })
    await change(
      from,
      'create table ctx_memory (id text, name text, description text, type text, body text, source text, created_at, updated_at)',
      "insert into ctx_memory (id, name, body) values ('m', 'tea', 'green')",
    )
    const refused = await persql(copy(from, to))
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('lacks some of its tables') })
    expect(refused.stderr).toContain('--no-memory')
    const without = await persql(copy(from, to, '--no-memory'))
    expect(without).toMatchObject({ status: 0, stderr: 'persql: Left behind: 1 memory.\n' })
    expect(without.stdout).toContain('Copied 1 session with 1 item, of which all were there already.')
  })

  test('of a database without sessions', async () => {
    const [from, to] = [path('alone.db'), path('alone-to.db')]
    await withMemory(from, {}, (memory) => memory.remember({ name: 'tea', body: 'green' }))
    expect(await json(copy(from, to))).toMatchObject({ sessions: 0, memory: { facts: 1, written: 1 } })
    expect(await output(['memory', 'recall', 'green', '--db', to])).toContain('tea')
  })
})
