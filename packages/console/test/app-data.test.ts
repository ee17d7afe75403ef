import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { PerSQL } from '@persql/sdk'
import { SessionStore, type SqlDriver } from '@persql/session-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../src/app/data/database.ts'
import { readTotals } from '../src/app/data/insights.ts'
import { ItemCache } from '../src/app/data/item-cache.ts'
import { readOutline, toOutline } from '../src/app/data/outline.ts'
import { readTools } from '../src/app/data/tool-calls.ts'
import { toolCallOf } from '../src/app/sessions/tool-call.ts'
import { readyQueries } from '../src/app/sql/ready-queries.ts'

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
  expect(await readTotals(database, signal)).toMatchObject({ itemBytes: row?.size })
})

const user = (content: string) => ({ role: 'user', content })

test('counts turns as the store does: a row that is no item neither begins nor ends one, a result does', async () => {
  const call = { type: 'function_call', callId: 'c', name: 'f', arguments: '{}' }
  const result = { type: 'function_call_result', callId: 'c', name: 'f', status: 'completed', output: 'x' }
  const store = new SessionStore<object>(driver, { onCorruptRow: () => {} })
  const rows = [user('one'), user('cut'), user('still one'), call, user('two'), result, user('three')]
  await store.append('t', rows)
  const turns = async () => {
    const outline = toOutline((await readOutline(database, 't', 0)) ?? [])
    const query = readyQueries(database).find(({ name }) => name === 'Sessions by number of turns')
    const [found] = await driver.batch([{ sql: query!.sql }])
    const ready = Number(found?.rows.find(([session]) => session === 't')?.[1])
    const [latest] = await store.read('t', { turns: ready })
    return { texts: outline.turns.map(({ text }) => text), ready, latest }
  }
  expect(await turns()).toEqual({ texts: ['one', 'two', 'three'], ready: 3, latest: user('one') })
  for (const text of ['{"cut', 'null', '[]', '5']) {
    await driver.batch([{ sql: 'update agent_messages set message_data = ? where id = 3', params: [text] }])
    expect(await turns()).toEqual({ texts: ['one', 'two', 'three'], ready: 3, latest: user('one') })
  }
})

test('shows a result with its call, whatever kind of call it is, and every further result by itself', async () => {
  const items = [
    { type: 'program', callId: 'p', code: 'f()', fingerprint: '' },
    { type: 'program_output', callId: 'p', output: 'one', status: 'completed' },
    { type: 'program_output', callId: 'p', output: 'two', status: 'completed' },
    { type: 'tool_search_call', arguments: {}, providerData: { execution: 'server' } },
    { type: 'tool_search_output', tools: [], providerData: { execution: 'server' } },
    { type: 'mcp_approval_request', id: 'a', name: 'pay', arguments: '{}' },
    { type: 'mcp_approval_response', approval_request_id: 'a', approve: false },
    { type: 'function_call_result', callId: 'gone', name: 'f', status: 'completed', output: 'x' },
  ]
  await new SessionStore<object>(driver).append('t', items)
  const { entries } = toOutline((await readOutline(database, 't', 0)) ?? [])
  expect(entries.map(({ row, result, isOrphan }) => [row.id, result?.id, isOrphan])).toEqual([
    [2, 3, undefined],
    [4, undefined, undefined],
    [5, 6, undefined],
    [7, 8, undefined],
    [9, undefined, true],
  ])
  const cache = await load(7, 8)
  expect(toolCallOf(cache.get(7), undefined)).toMatchObject({
    state: 'waiting',
    isApproval: true,
    name: 'pay',
  })
  expect(toolCallOf(cache.get(7), cache.get(8)).state).toBe('rejected')
})

test('counts the calls of every kind of tool, hosted ones by their own state, and no question for approval', async () => {
  const items = [
    {
      type: 'hosted_tool_call',
      name: 'web_search_call',
      status: 'completed',
      providerData: { type: 'web_search_call' },
    },
    { type: 'web_search_call', id: 'w', status: 'failed' },
    { type: 'shell_call', callId: 's', action: { commands: ['ls'] } },
    { type: 'shell_call_output', callId: 's', output: [] },
    { type: 'shell_call', callId: 'other', action: { commands: ['ls'] } },
    { type: 'mcp_approval_request', id: 'a', name: 'pay', arguments: '{}' },
    { type: 'mcp_call', id: 'm', name: 'pay', arguments: '{}', output: 'paid' },
  ]
  await new SessionStore<object>(driver).append('t', items)
  expect((await readTools(database, 1, signal)).uses).toEqual([
    { name: 'shell', calls: 2, failed: 0, rejected: 0, waiting: 1 },
    { name: 'web_search', calls: 2, failed: 1, rejected: 0, waiting: 0 },
    { name: 'pay', calls: 1, failed: 0, rejected: 0, waiting: 0 },
  ])
})

test('the ready queries on tools know every kind of tool', async () => {
  const items = [
    { type: 'function_call', callId: 'open', name: 'ask', arguments: '{}' },
    { type: 'web_search_call', id: 'w', status: 'failed' },
    { type: 'shell_call', callId: 's', action: { commands: ['ls'] } },
    { type: 'shell_call_output', callId: 's', status: 'failed', output: [] },
    { type: 'computer_call', call_id: 'screen', action: {} },
    { type: 'tool_search_call', arguments: {} },
    { type: 'tool_search_output', tools: [] },
    { type: 'mcp_approval_request', id: 'a', name: 'pay', arguments: '{}' },
  ]
  await new SessionStore<object>(driver).append('s', items)
  const rowsOf = async (name: string) => {
    const query = readyQueries(database).find((query) => query.name === name)
    const [found] = await driver.batch([{ sql: query!.sql }], { readOnly: true })
    return found?.rows
  }
  expect((await rowsOf('Failed tool calls'))?.map(([, id, , tool]) => [id, tool])).toEqual([
    [5, 'shell'],
    [3, 'web_search'],
  ])
  const open = await rowsOf('Tool calls without a result')
  expect(open?.map(([id, , , tool, call]) => [id, tool, call])).toEqual([
    [9, 'pay', 'a'],
    [6, 'computer', 'screen'],
    [2, 'ask', 'open'],
  ])
})

test('tells the size of a database also where views have the names of pragmas', async () => {
  const size = async () => (await readTotals(database, signal)).databaseBytes
  expect(await size()).toBeGreaterThan(0)
  await driver.batch([
    { sql: 'create view pragma_page_count as select 0 as page_count' },
    { sql: 'create view pragma_page_size as select 0 as page_size' },
  ])
  expect(await size()).toBeGreaterThan(0)
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
  const { uses: tools } = await readTools(database, 1, signal)
  expect(tools.map(({ name, calls, failed, rejected }) => [name, calls, failed, rejected])).toEqual([
    ['failed', 5, 5, 0],
    ['done', 2, 0, 0],
    ['rejected', 1, 0, 1],
  ])
  const query = readyQueries(database).find(({ name }) => name === 'Failed tool calls')
  const [found] = await driver.batch([{ sql: query!.sql }])
  expect(found?.rows.map((row) => row[3])).toEqual(['failed', 'failed', 'failed', 'failed', 'failed'])
  const cache = await load(...items.map((_, index) => index + 2))
  const states = RESULTS.map((_, index) => {
    return toolCallOf(cache.get(2 * index + 2), cache.get(2 * index + 3)).state
  })
  expect(states).toEqual(RESULTS.map(([state]) => state))
})
