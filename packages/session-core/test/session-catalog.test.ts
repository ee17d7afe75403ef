import { recordingDriver } from '@persql/test-support/recording-driver'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SessionCatalog, SessionStore, type SessionSummary, type SqlDriver } from '../src/index.ts'
import { nodeSqliteDriver } from './support/node-sqlite-driver.ts'
import { readingDriver } from './support/reading-driver.ts'

interface Item {
  readonly n: number
}

const numbered = (count: number): Item[] => Array.from({ length: count }, (_, n) => ({ n }))

let driver: SqlDriver
let store: SessionStore<Item>
let catalog: SessionCatalog

beforeEach(() => {
  driver = nodeSqliteDriver(':memory:')
  store = new SessionStore(driver)
  catalog = new SessionCatalog(driver)
})

afterEach(() => driver.close())

/** Makes the sessions with these times of their last activity. */
async function given(sessions: Record<string, string>) {
  for (const [sessionId, time] of Object.entries(sessions)) {
    await store.append(sessionId, numbered(2))
    await driver.batch([
      { sql: 'update agent_sessions set updated_at = ? where session_id = ?', params: [time, sessionId] },
    ])
  }
}

describe('the list of sessions', () => {
  test('has the latest activity first, with counts and times', async () => {
    await given({ first: '2026-01-01 00:00:00', last: '2026-01-03 00:00:00', second: '2026-01-02 00:00:00' })
    const { sessions, after } = await catalog.list()
    expect(sessions.map(({ sessionId }) => sessionId)).toEqual(['last', 'second', 'first'])
    expect(sessions[0]).toMatchObject({ itemCount: 2, lastActivity: new Date('2026-01-03T00:00:00Z') })
    expect(sessions[0]!.firstActivity).toBeInstanceOf(Date)
    expect(after).toBeUndefined()
  })

  test('comes in pages that neither repeat nor leave out sessions of the same second', async () => {
    const names = Array.from({ length: 7 }, (_, number) => `user-${number}`)
    await given(Object.fromEntries(names.map((name) => [name, '2026-01-01 00:00:00'])))
    const found: string[] = []
    let after: string | undefined
    do {
      const page = await catalog.list({ limit: 2, after })
      expect(page.sessions.length).toBeLessThanOrEqual(2)
      found.push(...page.sessions.map(({ sessionId }) => sessionId))
      after = page.after
    } while (after !== undefined)
    expect(found).toEqual(names.toReversed())
  })

  test('has each session once where times are numbers or missing, as other programs may leave them', async () => {
    await given({ text: '2026-01-01 00:00:00', number: '', missing: '', also: '' })
    await driver.batch([
      { sql: `update agent_sessions set updated_at = 1767225600 where session_id = 'number'` },
      {
        sql: `update agent_sessions set created_at = null, updated_at = null where session_id in ('missing', 'also')`,
      },
    ])
    const found: SessionSummary[] = []
    let after: string | undefined
    do {
      const page = await catalog.list({ limit: 1, after })
      found.push(...page.sessions)
      after = page.after
    } while (after !== undefined && found.length < 9)
    expect(found.map(({ sessionId }) => sessionId)).toEqual(['text', 'number', 'also', 'missing'])
    expect(found.map(({ itemCount }) => itemCount)).toEqual([2, 2, 2, 2])
    expect(Number.isNaN(found[3]!.lastActivity.getTime())).toBe(true)
  })

  test('ends with a full page when the sessions fill it', async () => {
    await given({ a: '2026-01-01 00:00:00', b: '2026-01-02 00:00:00' })
    expect((await catalog.list({ limit: 2 })).after).toBeUndefined()
    expect((await catalog.list({ limit: 1 })).after).toBeDefined()
  })

  test('has 50 sessions in a page where nothing else is asked for', async () => {
    await catalog.list()
    const ids = JSON.stringify(Array.from({ length: 51 }, (_, number) => `s${number}`))
    await driver.batch([
      { sql: 'insert into agent_sessions (session_id) select value from json_each(?)', params: [ids] },
    ])
    expect((await catalog.list()).sessions).toHaveLength(50)
  })

  test.each([0, -1, Number.POSITIVE_INFINITY])('refuses pages of %d sessions', async (limit) => {
    await expect(catalog.list({ limit })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'limit must be at least 1. Read longer lists in pages.',
    })
  })

  test.each([
    '',
    'x',
    '{}',
    '[]',
    '["2026-01-01",1]',
    '[1,1,"s"]',
    '["2026-01-01","1","s"]',
    '["2026-01-01",1,2]',
  ])('refuses %j as the end of an earlier page', async (after) => {
    await expect(catalog.list({ after })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'after must be the `after` of an earlier page.',
    })
  })
})

describe('one session', () => {
  test('is found with its counts and times, and is nothing where it does not exist', async () => {
    await given({ a: '2026-01-02 03:04:05', b: '2026-01-01 00:00:00' })
    expect(await catalog.get('a')).toMatchObject({
      sessionId: 'a',
      itemCount: 2,
      lastActivity: new Date('2026-01-02T03:04:05Z'),
    })
    expect(await catalog.get('c')).toBeUndefined()
  })

  test('is deleted with its items, and other sessions stay', async () => {
    await given({ a: '2026-01-02 00:00:00', b: '2026-01-01 00:00:00' })
    expect(await catalog.delete('a')).toBe(true)
    expect(await catalog.delete('a')).toBe(false)
    expect(await store.read('a')).toEqual([])
    expect(await store.read('b')).toEqual(numbered(2))
  })

  test('is forked whole or up to a row, with its times', async () => {
    await store.append('a', numbered(3))
    await driver.batch([{ sql: `update agent_messages set created_at = '2026-01-01 00:00:00'` }])
    expect(await catalog.fork('a', 'whole')).toMatchObject({ sessionId: 'whole', itemCount: 3 })
    expect(await catalog.fork('a', 'part', { throughRowId: 2 })).toMatchObject({ itemCount: 2 })
    expect(await store.read('part')).toEqual(numbered(2))
    const { items } = await store.readPage('part', { limit: 9 })
    expect(items.map(({ createdAt }) => createdAt.toISOString())).toEqual(
      Array(2).fill('2026-01-01T00:00:00.000Z'),
    )
  })

  test('is not forked over another, nor out of nothing', async () => {
    await store.append('a', numbered(1))
    await store.append('b', numbered(2))
    await expect(catalog.fork('a', 'b')).rejects.toMatchObject({
      code: 'SESSION_EXISTS',
      message: 'Session "b" already exists. Fork into another id.',
      cause: expect.any(Error),
    })
    await expect(catalog.fork('none', 'c')).rejects.toMatchObject({
      code: 'SESSION_NOT_FOUND',
      message: 'There is no session "none" to fork.',
    })
    expect(await catalog.get('c')).toBeUndefined()
    expect(await store.read('b')).toEqual(numbered(2))
    await expect(catalog.fork('a', ' ')).rejects.toThrow('The new session id must not be empty or blank.')
  })

  test('is not forked up to a row that it does not have, and nothing is made', async () => {
    await store.append('a', numbered(2))
    await store.append('b', numbered(2))
    await store.pop('a')
    for (const row of [2, 3, 4, 5, 999_999]) {
      await expect(catalog.fork('a', 'c', { throughRowId: row })).rejects.toMatchObject({
        code: 'HISTORY_CONFLICT',
        message: `Session "a" has no row ${row}. Read the session again to see the rows that it has.`,
      })
    }
    await expect(catalog.fork('a', 'b', { throughRowId: 999 })).rejects.toMatchObject({
      code: 'SESSION_EXISTS',
    })
    await expect(catalog.fork('none', 'c', { throughRowId: 1 })).rejects.toMatchObject({
      code: 'SESSION_NOT_FOUND',
    })
    for (const row of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1']) {
      await expect(catalog.fork('a', 'c', { throughRowId: row as number })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: 'throughRowId must be the number of a row: a whole number from 1.',
      })
    }
    expect((await catalog.list()).sessions.map(({ sessionId }) => sessionId)).toEqual(['b', 'a'])
    expect(await driver.batch([{ sql: 'select count(*) from agent_messages' }])).toMatchObject([
      { rows: [[3]] },
    ])
  })

  test('is not forked out of items whose session is not listed', async () => {
    await store.append('a', numbered(2))
    await driver.batch([{ sql: 'pragma foreign_keys = off' }])
    await driver.batch([{ sql: 'delete from agent_sessions' }])
    for (const options of [{}, { throughRowId: 1 }]) {
      await expect(catalog.fork('a', 'c', options)).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND' })
    }
    expect(await store.read('c')).toEqual([])
  })

  test('does not hide other failures behind SESSION_EXISTS', async () => {
    await store.append('c', numbered(1))
    await driver.batch([
      {
        sql: `create trigger t before insert on agent_messages begin
          insert into agent_sessions (session_id) values (new.session_id); end`,
      },
    ])
    await expect(catalog.fork('c', 'd')).rejects.toMatchObject({ code: 'CONSTRAINT' })
    await driver.batch([{ sql: 'drop trigger t' }])
    await driver.batch([
      {
        sql: `create trigger t before insert on agent_sessions when new.session_id = 'd'
          begin select raise(abort, 'CHECK constraint failed: made up'); end`,
      },
    ])
    await expect(catalog.fork('c', 'd')).rejects.toMatchObject({ code: 'CONSTRAINT' })
    await driver.batch([{ sql: 'drop trigger t' }])
    await store.append('a', numbered(1))
    await driver.close()
    await expect(catalog.fork('a', 'b')).rejects.toMatchObject({ code: 'DRIVER_CLOSED' })
  })
})

test('names the number that is none', async () => {
  await expect(catalog.list({ limit: 1.5 })).rejects.toThrow('limit must be a whole number.')
})

test('finds no session where there are no tables and none may be made', async () => {
  const reader = new SessionCatalog(readingDriver(driver))
  expect(await reader.list()).toEqual({ sessions: [] })
  expect(await reader.get('a')).toBeUndefined()
})

test('reading makes no write, and the tables are left to others with createTables false', async () => {
  const { driver: watched, readOnly } = recordingDriver(driver)
  await expect(new SessionCatalog(watched, { createTables: false }).list()).rejects.toMatchObject({
    code: 'NO_SUCH_TABLE',
  })
  await store.append('a', numbered(1))
  const reader = new SessionCatalog(watched, { createTables: false })
  await reader.list()
  await reader.get('a')
  expect(readOnly).toEqual([true, true, true])
})
