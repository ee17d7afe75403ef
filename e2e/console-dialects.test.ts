import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { postgresDriver } from '@persql/driver-postgres'
import { PerSQL } from '@persql/sdk'
import { SessionStore, type SqlDriver } from '@persql/session-core'
import { pgliteDatabases } from '@persql/test-support/postgres-databases'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, openDatabase } from '../packages/console/src/app/data/database.ts'
import { readActivity, readTotals } from '../packages/console/src/app/data/insights.ts'
import {
  type OutlinePart,
  readFirstPart,
  readOutline,
  readRest,
  toOutline,
} from '../packages/console/src/app/data/outline.ts'
import { listRuns, readRun } from '../packages/console/src/app/data/runs.ts'
import { listSessions } from '../packages/console/src/app/data/session-list.ts'
import { findSessionsByCalls, readTools } from '../packages/console/src/app/data/tool-calls.ts'
import { runAgents } from './support/agent-runs.ts'
import { generateRuns } from './support/generate-runs.ts'

// Of a file, SQL looks into the items; of PostgreSQL, the page decodes them. Both must say the same.

const AGENTS = 14
const databases = pgliteDatabases()
const drivers: SqlDriver[] = []
let file: Database
let postgres: Database
const { signal } = new AbortController()

const call = (callId: string, name = 'pay') => ({ type: 'function_call', callId, name, arguments: '{}' })
const result = (callId: string, output: unknown, status = 'completed') => ({
  type: 'function_call_result',
  callId,
  name: 'pay',
  status,
  output,
})

/** Calls and results of every kind, in the words of both SDKs, and what is no item of any. */
const ITEMS: Readonly<Record<string, readonly object[]>> = {
  kinds: [
    { role: 'user', content: [{ type: 'input_text', text: 'Über  alles\n' }] },
    { type: 'hosted_tool_call', name: 'web_search_call', status: 'completed', providerData: {} },
    { type: 'web_search_call', id: 'w', status: 'failed' },
    { type: 'shell_call', callId: 's', action: { commands: ['ls'] } },
    {
      type: 'shell_call_output',
      callId: 's',
      output: [{ stdout: 'x', stderr: '', outcome: { type: 'exit' } }],
    },
    { type: 'computer_call', call_id: 'screen', action: {} },
    { type: 'tool_search_call', arguments: {}, providerData: { execution: 'server' } },
    { type: 'tool_search_output', tools: [], providerData: { execution: 'server' } },
    { type: 'mcp_approval_request', id: 'a', name: 'pay', arguments: '{}' },
    { type: 'mcp_approval_response', approval_request_id: 'a', approve: false },
    { type: 'mcp_call', id: 'm', name: 'pay', arguments: '{}', output: 'paid' },
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] },
    {
      type: 'unknown',
      providerData: { type: 'function_call', call_id: 'u', name: 'other', arguments: '{}' },
    },
    { role: 'user', content: 'Two' },
  ],
  python: [
    { content: 'How is it?', role: 'user' },
    { arguments: '{}', call_id: 'p', name: 'look', type: 'function_call', id: 'fc', status: 'completed' },
    { call_id: 'p', output: 'An error occurred while running the tool.', type: 'function_call_output' },
  ],
  failures: [
    ...['1', '2', '3', '4', '5'].map((id) => call(id)),
    result('1', 'Fine'),
    result('2', { type: 'text', text: "Tool 'pay' timed out after 5ms." }),
    result('3', [{ type: 'output_text', text: 'Tool execution was not approved.' }]),
    result('4', 'Cut', 'incomplete'),
    result('gone', 'x'),
  ],
  pictures: [
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'Look' },
        { type: 'input_image', image: 'x' },
      ],
    },
  ],
}

/** `from`: what holds the conversations already, whose ids would be others the next time. */
async function fill(driver: SqlDriver, from?: SqlDriver): Promise<Database> {
  drivers.push(driver)
  const store = new SessionStore<object>(driver)
  for (const [id, items] of Object.entries(ITEMS)) await store.append(id, items)
  const guests = from && new SessionStore<object>(from)
  if (!guests) await runAgents(driver, 'guest-', AGENTS)
  else
    for (let guest = 0; guest < AGENTS; guest++) {
      await store.append(`guest-${guest}`, await guests.read(`guest-${guest}`))
    }
  await generateRuns(driver)
  const torn = ['{"cut', 'null', '[]', '5', ''].map((text) => `('torn', '${text}')`)
  await driver.batch([
    { sql: "insert into agent_sessions (session_id) values ('torn')" },
    { sql: `insert into agent_messages (session_id, message_data) values ${torn.join(', ')}` },
  ])
  return openDatabase(new PerSQL({ local: driver }).database('local', 'main'), signal)
}

beforeAll(async () => {
  file = await fill(betterSqlite3Driver(':memory:'))
  postgres = await fill(postgresDriver(await databases.urlOf('console dialects')), drivers[0])
}, 60_000)

afterAll(async () => {
  for (const driver of drivers) await driver.close()
  await databases.close()
})

/** What a function says of both. */
async function ofBoth<T>(read: (database: Database) => Promise<T>) {
  return [await read(file), await read(postgres)] as const
}

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)

test('lists the same sessions, with the same beginnings', async () => {
  const [expected, found] = await ofBoth(async (database) => {
    const search = { text: '', inItems: false, order: 'items' } as const
    const { rows, total } = await listSessions(database, search, undefined)
    return { total, rows: rows.map(({ id, itemCount, preview }) => ({ id, itemCount, preview })) }
  })
  expect(found).toEqual(expected)
  expect(found.rows.find(({ id }) => id === 'pictures')).toMatchObject({ preview: 'Look' })
})

test('outlines every session alike: kinds, roles, tools, links, turns', async () => {
  const { rows } = await listSessions(file, { text: '', inItems: false, order: 'items' }, undefined)
  for (const { id } of rows) {
    const [expected, found] = await ofBoth(async (database) => {
      const outline = toOutline((await readOutline(database, id, 0)) ?? [])
      return {
        entries: outline.entries.map(({ row, result, isOrphan, turn }) => ({
          ...row,
          createdAt: undefined,
          result: result?.id,
          isOrphan,
          turn,
        })),
        turns: outline.turns.map(({ number, text }) => ({ number, text })),
      }
    })
    expect(found, id).toEqual(expected)
  }
})

test('reads a long session in parts, from its end or around a row, as it reads it whole', async () => {
  const items = Array.from({ length: 2500 }, (_, n) => (n % 2 === 0 ? call(`${n}`) : result(`${n - 1}`, 'x')))
  for (const driver of drivers) {
    const store = new SessionStore<object>(driver)
    await store.append('endless', items)
    await store.append('other', [{ role: 'user', content: 'Not in it' }])
  }
  const middles = new Map<Database, OutlinePart>()
  for (const database of [file, postgres]) {
    const all = (await readOutline(database, 'endless', 0)) ?? []
    expect(all.length).toBe(items.length)
    const end = { rows: all.slice(-400), hasOlder: true, hasNewer: false }
    const middle = { rows: all.slice(1050, 1450), hasOlder: true, hasNewer: true }
    middles.set(database, middle)
    const beginning = { rows: all.slice(0, 200), hasOlder: false, hasNewer: true }
    for (const [around, part] of [
      [undefined, end],
      [all[1249]!.id, middle],
      [0, beginning],
    ] as const) {
      expect(await readFirstPart(database, 'endless', around)).toEqual(part)
      expect(await readRest(database, 'endless', part)).toEqual(all)
    }
    // A result whose call is not known yet has not lost it.
    expect(toOutline(all.slice(1), false).entries.some(({ isOrphan }) => isOrphan)).toBe(false)
    expect(toOutline(all.slice(1)).entries.some(({ isOrphan }) => isOrphan)).toBe(true)
  }
  for (const driver of drivers) await new SessionStore<object>(driver).clear('endless')
  for (const database of [file, postgres]) {
    expect(await readRest(database, 'endless', middles.get(database)!)).toBeUndefined()
    const nothing = { rows: [], hasOlder: false, hasNewer: false }
    expect(await readFirstPart(database, 'endless', undefined)).toEqual(nothing)
    expect(await readFirstPart(database, 'endless', 5)).toEqual(nothing)
    expect(await readFirstPart(database, 'other', undefined)).toMatchObject({
      hasOlder: false,
      hasNewer: false,
    })
  }
  for (const driver of drivers) await new SessionStore<object>(driver).clear('other')
})

test('counts the same tools, items and bytes', async () => {
  const [expected, found] = await ofBoth((database) => readTools(database, 7, signal))
  expect(found).toEqual(expected)
  const totals = await ofBoth((database) => readTotals(database, signal))
  const [ofFile, ofPostgres] = totals.map((all) => ({ ...all, databaseBytes: undefined }))
  expect(ofPostgres).toEqual(ofFile)
  expect(ofFile?.longest[0]).toEqual({ id: 'kinds', count: ITEMS['kinds']?.length })
  const sizes = ofFile?.largest.map(({ count }) => count) ?? []
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
})

test.each([1, 7] as const)('counts the same items and sessions over %i days', async (range) => {
  const [expected, found] = await ofBoth((database) => readActivity(database, range, signal))
  expect(found).toEqual(expected)
  const { sessions, items } = await readTotals(file, signal)
  const { buckets, busiest } = expected
  expect(buckets.reduce((sum, bucket) => sum + bucket.items, 0)).toBe(items)
  // All were written just now.
  expect(buckets.reduce((sum, bucket) => sum + bucket.sessions, 0)).toBeGreaterThanOrEqual(sessions - 1)
  expect(busiest[0]).toEqual({ id: 'kinds', count: ITEMS['kinds']?.length })
})

test.each([
  {},
  { state: 'failed' },
  { state: 'open' },
  { tool: 'pay' },
  { state: 'open', tool: 'pay' },
] as const)('finds the same sessions by their calls: %o', async (calls) => {
  const [expected, found] = await ofBoth((database) =>
    findSessionsByCalls(database, { ...calls, range: 7 }, signal),
  )
  expect(found).toEqual(expected)
  expect(found).not.toEqual([])
})

test('tells the same of runs and of their steps', async () => {
  const [expected, found] = await ofBoth(async (database) => {
    const { runs } = await listRuns(database, {}, 50)
    const details = await Promise.all(runs.map(({ id }) => readRun(database, id)))
    return details.map((run) => ({
      id: run!.id,
      state: run!.state,
      waiting: run!.waiting,
      input: run!.input,
      output: run!.output,
      // Those that run at the same time begin in any order.
      steps: run!.steps
        .map(({ key, kind, name, summary, hasFailed }) => ({ id: key, kind, name, summary, hasFailed }))
        .sort(byId),
      approvals: run!.approvals.map(({ callId, decision, decidedBy }) => ({ callId, decision, decidedBy })),
    }))
  })
  expect(found).toEqual(expected)
})
