import { readFile } from 'node:fs/promises'
import { openMemory } from '@persql/context'
import { openDriver, type SqlDriver } from '@persql/session-core'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { beforeEach, describe, expect, test } from 'vitest'
import { json, output, persql } from './support/persql.ts'
import { append, user } from './support/seed.ts'

const AT = Date.UTC(2026, 0, 31, 23, 59, 59)
const HOSTILE = 'evil\u001b[31m\u202e'

let db: string

async function withDriver<Result>(work: (driver: SqlDriver) => Promise<Result>): Promise<Result> {
  const driver = await openDriver(db)
  try {
    return await work(driver)
  } finally {
    await driver.close()
  }
}

beforeEach(async () => {
  db = temporaryPaths()('agents.db')
  await append(db, 'user-42', user('Oat flat white, please.'))
  await withDriver(async (driver) => {
    let now = AT
    const memory = openMemory(driver, { source: 'assistant', now: () => now })
    await memory.remember({
      name: 'coffee',
      description: 'Drinks',
      type: 'user',
      body: 'Oat flat white,\nno sugar',
      sessionId: 'user-42',
    })
    now += 1000
    await memory.distill('user-42', () => ({
      title: 'Ordered',
      body: 'A coffee was ordered.',
      outcome: 'done',
    }))
    await memory.link('Checkout', 'depends on', 'Billing meter')
    now = Date.UTC(2200, 0, 1)
    await memory.working('run-1').set('plan', { steps: ['a'] }, { ttl: 1000 })
  })
})

describe('persql memory', () => {
  test('lists facts and episodes, links and what runs have in mind', async () => {
    const { memories } = await json<{ memories: { name: string }[] }>(['memory', 'list', '--db', db])
    const [episode, fact] = memories
    expect(episode).toMatchObject({ kind: 'episode', sessionId: 'user-42', outcome: 'done', score: 0 })
    expect(fact).toMatchObject({
      kind: 'fact',
      name: 'coffee',
      sessionId: 'user-42',
      source: 'assistant',
      table: 'ctx_memory',
      row: 1,
      updatedAt: '2026-01-31T23:59:59Z',
    })
    expect(await output(['memory', 'list', '--type', 'user', '--db', db])).toMatchInlineSnapshot(`
      "name	type	description	session	source	updated
      coffee	user	Drinks	user-42	assistant	2026-01-31 23:59:59
      "
    `)
    const { stderr } = await persql(['memory', 'list', '--limit', '1', '--db', db])
    expect(stderr).toContain('There are more')
    expect(await output(['memory', 'list', '--kind', 'link', '--db', db])).toMatchInlineSnapshot(`
      "from	link	to	source	since
      Checkout	depends on	Billing meter	assistant	2026-02-01 00:00:00
      "
    `)
    expect(await output(['memory', 'list', '--kind', 'working', '--db', db])).toMatchInlineSnapshot(`
      "run	key	value	expires
      run-1	plan	{"steps":["a"]}	2200-01-01 00:00:01
      "
    `)
    await withDriver((driver) =>
      driver.batch([{ sql: `insert into ctx_working values ('r', 'k', 'no JSON', 1e15)` }]),
    )
    expect(await json(['memory', 'list', '--kind', 'working', '--db', db])).toEqual({
      working: [
        { runId: 'r', key: 'k', corrupt: true, text: 'no JSON', expiresAt: '+033658-09-27T01:46:40Z' },
        { runId: 'run-1', key: 'plan', value: { steps: ['a'] }, expiresAt: '2200-01-01T00:00:01Z' },
      ],
    })
  })

  test('recalls as an agent does, and changes no byte of the file meanwhile', async () => {
    await withDriver((driver) =>
      driver.batch([
        { sql: `insert into ctx_episode (id, body, happened_at) values ('by-sql', 'No coffee today', 1)` },
      ]),
    )
    const before = await readFile(db)
    const { memories } = await json<{ memories: { name: string }[] }>([
      'memory',
      'recall',
      'coffees',
      '--db',
      db,
    ])
    expect(memories.map(({ name }) => name)).toEqual(['coffee', 'by-sql', expect.stringMatching(/^ep_/)])
    const found = await output(['memory', 'recall', 'sugar', '--kind', 'fact', '--db', db])
    expect(found).toBe(
      'coffee  user  2026-01-31 23:59:59  session user-42\n  Drinks: Oat flat white, no sugar\n',
    )
    const none = await persql(['memory', 'recall', 'tea', '--until', '2020-01-01', '--db', db])
    expect([none.status, none.stderr]).toEqual([0, 'Nothing found.\n'])
    expect((await readFile(db)).equals(before)).toBe(true)
  })

  test('shows all of a memory, and the rows that an episode sums up', async () => {
    expect(await output(['memory', 'show', 'coffee', '--db', db])).toMatchInlineSnapshot(`
      "coffee
      Type:      user
      About:     Drinks
      Session:   user-42
      Source:    assistant
      Learnt:    2026-01-31 23:59:59, last changed 2026-01-31 23:59:59

      Oat flat white,
      no sugar
      "
    `)
    const { memories } = await json<{ memories: { name: string }[] }>([
      'memory',
      'list',
      '--kind',
      'episode',
      '--db',
      db,
    ])
    const id = memories[0]!.name
    expect(await output(['memory', 'show', id, '--db', db])).toContain('Session:   user-42, rows 1 to 1\n')
    expect(await json(['memory', 'show', id, '--db', db])).toMatchObject({ rows: { first: 1, last: 1 } })
    const bySql = `insert into ctx_episode (id, body, session_id, happened_at) values ('by-sql', 'x', ' ', 1)`
    await withDriver((driver) => driver.batch([{ sql: bySql }]))
    expect(await output(['memory', 'show', 'by-sql', '--db', db])).toContain('Happened:  1970-01-01')
    const missing = await persql(['memory', 'show', 'tea', '--db', db])
    expect([missing.status, missing.stderr]).toEqual([
      1,
      expect.stringContaining('no fact of the name "tea"'),
    ])
  })

  test('forgets after a question, and all of the names or none', async () => {
    const names = () =>
      json<{ memories: { name: string }[] }>(['memory', 'list', '--kind', 'fact', '--db', db]).then(
        ({ memories }) => memories.map(({ name }) => name),
      )
    const asked = await persql(['memory', 'forget', 'coffee', '--db', db])
    expect([asked.status, asked.stderr]).toEqual([2, expect.stringContaining('--yes')])
    expect((await persql(['memory', 'forget', 'coffee', 'tea', '--yes', '--db', db])).status).toBe(1)
    expect(await names()).toEqual(['coffee'])
    expect(await output(['memory', 'forget', 'coffee', 'coffee', '--yes', '--db', db])).toBe(
      'Forgot coffee.\n',
    )
    expect(await names()).toEqual([])
    expect(await json(['memory', 'recall', 'sugar', '--db', db])).toEqual({ memories: [] })
  })

  test('shows stored text as text', async () => {
    await withDriver((driver) =>
      openMemory(driver).remember({ name: HOSTILE, description: HOSTILE, body: `${HOSTILE}\nx` }),
    )
    const all = [
      await output(['memory', 'list', '--db', db]),
      await output(['memory', 'recall', 'evil', '--db', db]),
      await output(['memory', 'show', HOSTILE, '--db', db]),
      await output(['memory', 'forget', HOSTILE, '--yes', '--db', db]),
    ].join('')
    for (const steering of ['\u001b', '\u202e']) expect(all).not.toContain(steering)
    expect(all).toContain('evil␛[31m<U+202E>')
  })

  test('says so where nothing was ever remembered, and makes no table', async () => {
    db = temporaryPaths()('empty.db')
    await append(db, 'user-1', user('Hi'))
    const before = await readFile(db)
    for (const [args, said] of [
      [['list'], 'Nothing is remembered.'],
      [['list', '--kind', 'link'], 'Nothing is linked.'],
      [['list', '--kind', 'working'], 'No run has anything in mind.'],
      [['recall', 'coffee'], 'Nothing found.'],
    ] as const) {
      const { status, stderr } = await persql(['memory', ...args, '--db', db])
      expect([status, stderr]).toEqual([0, `${said}\n`])
    }
    expect((await persql(['memory', 'forget', 'coffee', '--yes', '--db', db])).status).toBe(1)
    expect((await readFile(db)).equals(before)).toBe(true)
  })
})
