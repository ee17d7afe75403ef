import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { SessionStore, type SqlDriver } from '@persql/session-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openMemory } from '../src/index.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/memory.md'), 'utf8')
const queries = [...page.matchAll(/\n(.+)\n\n```sql\n([^`]+)```/g)].map(([, title, sql]) => ({
  title: title!,
  sql: sql!,
}))

/** The first column of every row. */
const EXPECTED: Record<string, unknown[]> = {
  'Which facts changed last?': ['station', 'coffee'],
  'Which facts have these words? In lower case and without accents.': ['coffee'],
  'Which facts have these characters, in a script without spaces?': ['station'],
  'Who remembers what, and how much of it?': ['assistant', 'assistant'],
  'Which facts were learnt in a session?': ['coffee'],
  'What failed in the last week?': [expect.stringMatching(/^\d{4}-/)],
  'What was said in the conversation that an episode sums up?': [
    expect.any(String),
    expect.any(String),
    expect.any(String),
    expect.any(String),
  ],
  'Which sessions have items that were not distilled yet?': ['user-42', 'user-7'],
  'What do the runs have in mind?': ['run-1'],
  'What is connected to an entity, up to three edges away?': ['Billing meter', 'Checkout', 'Web shop'],
  'How many rows did others write that are not indexed yet?': [],
}

let driver: SqlDriver

beforeAll(async () => {
  driver = betterSqlite3Driver(':memory:')
  const sessions = new SessionStore(driver)
  const item = (content: string) => ({ role: 'user', content })
  let now = Date.now()
  const memory = openMemory(driver, { source: 'assistant', now: () => now++ })
  await memory.remember({ name: 'coffee', type: 'user', body: 'Oat flat white coffee', sessionId: 'user-42' })
  await memory.remember({ name: 'station', body: '東京駅で待つ' })
  await sessions.append('user-42', [item('deploy it'), item('now')])
  const spoilt = `insert into agent_messages (session_id, message_data) values ('user-42', '{"cut')`
  await driver.batch([{ sql: spoilt }])
  await sessions.append('user-42', [item('please')])
  await memory.distill('user-42', () => ({ title: 'Deploy', body: 'Rolled back', outcome: 'failed' }))
  await sessions.append('user-42', [item('again'), item('please')])
  await sessions.append('user-7', [item('hello')])
  await memory.working('run-1').set('plan', ['a'])
  await memory.link('Checkout', 'depends on', 'Billing meter')
  await memory.link('Web shop', 'uses', 'Checkout')
})

afterAll(() => driver.close())

test('has a query, and what it gives, for each that the page shows', () => {
  expect(queries.map(({ title }) => title)).toEqual(Object.keys(EXPECTED))
})

test.each(queries)('the page says how to ask: $title', async ({ title, sql }) => {
  const [result] = await driver.batch([{ sql: sql.trim().replace(/;$/, '') }])
  expect(result!.rows.map(([cell]) => cell)).toEqual(EXPECTED[title])
})
