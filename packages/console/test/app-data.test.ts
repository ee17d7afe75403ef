import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { PerSQL } from '@persql/sdk'
import { SessionStore, type SqlDriver } from '@persql/session-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../src/app/data/database.ts'
import { readTools, readTotals } from '../src/app/data/insights.ts'
import { ItemCache } from '../src/app/data/item-cache.ts'
import { readOutline } from '../src/app/data/outline.ts'
import { toolCallOf } from '../src/app/sessions/item-parts.ts'
import { operationalQueries } from '../src/app/sql/saved-queries.ts'

let driver: SqlDriver
let database: Database
const { signal } = new AbortController()

beforeEach(async () => {
  driver = betterSqlite3Driver(':memory:')
  await new SessionStore(driver).append('s', [{ role: 'user', content: 'über' }])
  database = await openDatabase(new PerSQL({ local: driver }).database('local', 'main'), signal)
})

afterEach(() => driver.close())

/** Resolves when the rows are there. */
async function load(...ids: number[]): Promise<ItemCache> {
  const loaded = Promise.withResolvers<void>()
  const cache = new ItemCache(database, loaded.resolve)
  cache.want(ids.map((id) => ({ id, size: 1 })))
  await loaded.promise
  return cache
}

test('a row that is gone is no empty text, and a blob is shown by its bytes', async () => {
  await driver.batch([
    { sql: `insert into agent_messages (session_id, message_data) values ('s', ''), ('s', x'00ff')` },
  ])
  const cache = await load(2, 3, 4)
  expect([2, 3, 4].map((id) => cache.get(id))).toEqual([
    { id: 2, text: '' },
    { id: 3, text: '00ff' },
    { id: 4, text: '', isGone: true },
  ])
})

test('sizes are bytes', async () => {
  const [row] = (await readOutline(database, 's', 0)) ?? []
  expect(row?.size).toBe('{"role":"user","content":"über"}'.length + 1)
  expect(await readTotals(database, database.sessions!, signal)).toMatchObject({ itemBytes: row?.size })
})

const RESULTS = [
  ['done', 'Fine', 'completed'],
  ['done', 'Error: none', 'completed'],
  ['failed', 'An error occurred while running the tool. Please try again. Error: no', 'completed'],
  ['failed', 'An error occurred while parsing tool arguments.', 'completed'],
  ['failed', "Tool 'get_weather' timed out after 5ms.", 'completed'],
  ['failed', 'Cut', 'incomplete'],
  ['failed', 'Broken', 'failed'],
  ['rejected', 'Tool execution was not approved.', 'completed'],
] as const

test.each([
  ['a text', (text: string) => text],
  ['a part', (text: string) => ({ type: 'text', text })],
  ['a list', (text: string) => [{ type: 'output_text', text }]],
])('the transcript, the insights and the ready query agree on which calls failed: %s', async (_, output) => {
  const items = RESULTS.flatMap(([state, text, status], index) => {
    const callId = `c${index}`
    return [
      { type: 'function_call', callId, name: state, arguments: '{}' },
      { type: 'function_call_result', callId, name: state, status, output: output(text) },
    ]
  })
  await new SessionStore<object>(driver).append('s', items)
  const tools = await readTools(database, database.sessions!, 1, signal)
  expect(tools.map(({ name, calls, failed, rejected }) => [name, calls, failed, rejected])).toEqual([
    ['failed', 5, 5, 0],
    ['done', 2, 0, 0],
    ['rejected', 1, 0, 1],
  ])
  const query = operationalQueries(database.sessions!).find(({ name }) => name === 'Failed tool calls')
  const [found] = await driver.batch([{ sql: query!.sql }])
  expect(found?.rows.map((row) => row[3])).toEqual(['failed', 'failed', 'failed', 'failed', 'failed'])
  const cache = await load(...items.map((_, index) => index + 2))
  const states = RESULTS.map((_, index) => {
    return toolCallOf(cache.get(2 * index + 2), cache.get(2 * index + 3)).state
  })
  expect(states).toEqual(RESULTS.map(([state]) => state))
})
