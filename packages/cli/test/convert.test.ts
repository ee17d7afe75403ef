import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDriver } from '@persql/session-core'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { expect, test } from 'vitest'
import { output, persql } from './support/persql.ts'
import { contents, ODD_ROWS, SAME_TIMES, seed, user } from './support/seed.ts'

interface Vector {
  readonly js: Record<string, unknown>
  readonly responses: Record<string, unknown>
}

const path = join(import.meta.dirname, '../../../fixtures/one-history.json')
const VECTORS = JSON.parse(readFileSync(path, 'utf8')) as Vector[]

async function rows(db: string, sessionId: string): Promise<unknown[]> {
  const driver = await openDriver(db, { readOnly: true })
  const sql = 'select message_data from agent_messages where session_id = ? order by id'
  const [result] = await driver.batch([{ sql, params: [sessionId] }])
  await driver.close()
  return (result?.rows ?? []).map(([text]) => JSON.parse(text as string))
}

/** Sets rows as they stand in the vectors, bytes included. */
async function store(db: string, sessionId: string, items: readonly unknown[]) {
  await seed(db, { [sessionId]: [] }, [
    { sql: `insert into agent_sessions (session_id) values ('${sessionId}')` },
    {
      sql: `insert into agent_messages (session_id, message_data) select '${sessionId}', value from json_each(?)`,
      params: [JSON.stringify(items)],
    },
  ])
}

const convert = async (db: string, ...args: string[]) =>
  JSON.parse(await output(['sessions', 'convert', '--db', db, '--json', ...args])) as unknown

/** Messages that are the same for both SDKs, but for a type that need not be. */
const ofBoth = ({ js }: Vector) => js['role'] === 'user' || js['role'] === 'system'
const OTHERS = VECTORS.filter((vector) => !ofBoth(vector))

test('says every item in the words of both SDKs, and back', async () => {
  const db = temporaryPaths()('a.db')
  await seed(db, { other: [user('hi')] })
  await store(
    db,
    's',
    OTHERS.map(({ js }) => js),
  )
  const changed = OTHERS.filter(({ js, responses }) => js !== responses).length
  expect(await convert(db, '--to', 'shared')).toMatchObject({ unchanged: 1, failed: [] })
  expect(await rows(db, 's')).toEqual(OTHERS.map(({ responses }) => responses))
  expect(changed).toBeGreaterThan(60)
  expect(await convert(db, '--to', 'shared')).toEqual({ converted: [], unchanged: 2, failed: [] })
  expect(await convert(db, '--to', 'js')).toMatchObject({ converted: [{ sessionId: 's' }] })
  expect(await rows(db, 's')).toEqual(OTHERS.map(({ js }) => js))
})

test('gives the messages that TypeScript makes of a text the form that Python makes', async () => {
  const db = temporaryPaths()('a.db')
  await seed(db, { s: [{ type: 'message', role: 'user', content: 'a' }, user('b')] })
  expect(await convert(db, '--to', 'shared')).toMatchObject({ converted: [{ sessionId: 's', items: 1 }] })
  expect(await rows(db, 's')).toEqual([user('a'), user('b')])
})

test('says beforehand what would change, and changes nothing', async () => {
  const db = temporaryPaths()('a.db')
  await seed(db, { s: [user('hi'), OTHERS[20]!.js], t: [user('hi')] })
  const before = await contents(db)
  expect(await convert(db, '--to', 'shared', '--dry-run')).toEqual({
    converted: [{ sessionId: 's', items: 1 }],
    unchanged: 1,
    failed: [],
  })
  expect(await contents(db)).toEqual(before)
})

test('keeps times, rows that are no items, and the digits of numbers', async () => {
  const db = temporaryPaths()('a.db')
  const call = '{"type":"function_call","callId":"c","name":"f","arguments":"{}","big":12345678901234567890}'
  await seed(db, { odd: [user('hi')] }, [
    ...ODD_ROWS,
    { sql: `insert into agent_messages (session_id, message_data) values ('odd', '${call}')` },
    ...SAME_TIMES,
  ])
  const before = await contents(db)
  await convert(db, '--to', 'shared')
  expect(await contents(db)).not.toEqual(before)
  await convert(db, '--to', 'js')
  const driver = await openDriver(db, { readOnly: true })
  const [last] = await driver.batch([
    { sql: 'select message_data from agent_messages order by id desc limit 1' },
  ])
  await driver.close()
  expect(last?.rows[0]?.[0]).toContain('12345678901234567890')
  const [sessions, items] = before as [unknown, unknown[]]
  const [sessionsNow, itemsNow] = (await contents(db)) as [unknown, unknown[]]
  expect([sessionsNow, itemsNow.slice(0, -1)]).toEqual([sessions, items.slice(0, -1)])
})

test('converts the sessions that are named, which exist, or none', async () => {
  const db = temporaryPaths()('a.db')
  const item = OTHERS[20]!.js
  await seed(db, { s: [item], t: [item] })
  expect(await convert(db, 't', '--to', 'shared')).toMatchObject({ converted: [{ sessionId: 't' }] })
  expect(await rows(db, 's')).toEqual([item])
  const { status, stderr } = await persql(['sessions', 'convert', 's', 'x', '--to', 'shared', '--db', db])
  expect([status, stderr]).toEqual([1, expect.stringContaining('x')])
  expect(await rows(db, 's')).toEqual([item])
})

test('doctor names sessions in the words of both SDKs', async () => {
  const db = temporaryPaths()('a.db')
  const call = { type: 'function_call', callId: 'c', name: 'f', arguments: '{}' }
  const result = { type: 'function_call_output', call_id: 'c', output: 'x' }
  await seed(db, { mixed: [user('hi'), call, result], own: [user('hi')] })
  const { findings } = JSON.parse(await output(['doctor', '--db', db, '--json'])) as {
    findings: { check: string; status: string; message: string }[]
  }
  const words = findings.find(({ check }) => check === 'words')
  expect(words).toMatchObject({ status: 'warning', message: expect.stringContaining('"mixed"') })
  await convert(db, '--to', 'shared')
  expect(await output(['doctor', '--db', db])).toMatch(/✓ words/)
})
