import { join } from 'node:path'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { beforeEach, describe, expect, test } from 'vitest'
import { parseTokenPrices, SessionStore, type SqlDriver, tokenCost, UsageLog } from '../src/index.ts'
import { nodeSqliteDriver } from './support/node-sqlite-driver.ts'

const JUNE = new Date('2026-06-01T12:00:00Z')
const JULY = new Date('2026-07-01T12:00:00Z')

let driver: SqlDriver
let log: UsageLog

beforeEach(() => {
  driver = nodeSqliteDriver(join(temporaryFolder(), 'agents.db'))
  log = new UsageLog(driver)
})

const request = (requestId: string, inputTokens: number, outputTokens: number) => ({
  requestId,
  model: 'gpt-5',
  inputTokens,
  outputTokens,
})

describe('a usage log', () => {
  test('records each request once, with the row at which its session was', async () => {
    const store = new SessionStore<unknown>(driver)
    await store.append('s', [{ role: 'user' }, { role: 'assistant' }])
    const first = { ...request('r1', 100, 10), cachedInputTokens: 60, reasoningTokens: 4, durationMs: 1500.4 }
    await log.record('s', [{ ...first, at: JUNE }])
    await store.append('s', [{ role: 'user' }])
    await log.record('s', [first, { requestId: 'r2', inputTokens: 1, outputTokens: 2, at: JULY }])
    await log.record('s', [])
    expect(await log.requests('s')).toEqual([
      { ...first, durationMs: 1500, lastRow: 2, at: JUNE },
      {
        requestId: 'r2',
        inputTokens: 1,
        cachedInputTokens: 0,
        outputTokens: 2,
        reasoningTokens: 0,
        lastRow: 3,
        at: JULY,
      },
    ])
    expect(await log.requests('other')).toEqual([])
  })

  test('keeps what was used of items that are popped and of sessions that are cleared', async () => {
    const store = new SessionStore<unknown>(driver)
    await store.append('s', [{ role: 'user' }])
    await log.record('s', [request('r', 1, 1)])
    await store.pop('s')
    await store.clear('s')
    expect(await log.requests('s')).toHaveLength(1)
  })

  test('sums by session, model and day, within a time', async () => {
    expect(await log.totals('day')).toEqual([])
    await log.record('a', [
      { ...request('1', 10, 1), at: JUNE },
      { ...request('2', 20, 2), durationMs: 7, at: JULY },
    ])
    await log.record('b', [{ ...request('1', 40, 4), model: undefined, at: JULY }])
    const sums = async (...[by, filter]: Parameters<UsageLog['totals']>) =>
      (await log.totals(by, filter)).map(({ key, model, requests, inputTokens }) => [
        key,
        model,
        requests,
        inputTokens,
      ])
    expect(await sums('session')).toEqual([
      ['a', 'gpt-5', 2, 30],
      ['b', undefined, 1, 40],
    ])
    expect(await sums('model')).toEqual([
      ['', undefined, 1, 40],
      ['gpt-5', 'gpt-5', 2, 30],
    ])
    expect(await sums('day')).toEqual([
      ['2026-06-01', 'gpt-5', 1, 10],
      ['2026-07-01', undefined, 1, 40],
      ['2026-07-01', 'gpt-5', 1, 20],
    ])
    expect(await sums('session', { since: JULY })).toEqual([
      ['a', 'gpt-5', 1, 20],
      ['b', undefined, 1, 40],
    ])
    expect(await sums('session', { until: JULY, sessionId: 'a' })).toEqual([['a', 'gpt-5', 1, 10]])
    expect(await log.totals('session', { sessionId: 'a' })).toMatchObject([
      { outputTokens: 3, cachedInputTokens: 0, reasoningTokens: 0, durationMs: 7 },
    ])
  })

  test('has tables of its own beside sessions of other names', async () => {
    const other = new UsageLog(driver, { sessionsTable: 'chats', messagesTable: 'lines' })
    await other.record('s', [request('r', 1, 1)])
    expect(await log.requests('s')).toEqual([])
    expect(await other.requests('s')).toHaveLength(1)
    const [result] = await driver.batch([{ sql: 'select count(*) from chats_usage' }], { readOnly: true })
    expect(result?.rows).toEqual([[1]])
  })

  test('makes no table where somebody else does', async () => {
    const reading = new UsageLog(driver, { createTables: false })
    await expect(reading.record('s', [request('r', 1, 1)])).rejects.toMatchObject({ code: 'NO_SUCH_TABLE' })
    await expect(reading.record('s', [request('r', 1, 1)])).rejects.toThrow(
      '"agent_sessions_usage" does not exist',
    )
  })

  test.each([
    ['requestId', { ...request('', 1, 1) }],
    ['inputTokens', request('r', -1, 1)],
    ['outputTokens', request('r', 1, 1.5)],
    ['cachedInputTokens', { ...request('r', 1, 1), cachedInputTokens: Number.NaN }],
    ['at', { ...request('r', 1, 1), at: new Date('x') }],
  ])('refuses a wrong %s before anything is written', async (_, wrong) => {
    await expect(log.record('s', [request('good', 1, 1), wrong])).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
    expect(await log.requests('s')).toEqual([])
  })
})

describe('the cost of tokens', () => {
  const prices = parseTokenPrices(
    '{"gpt-5":{"input":2,"cachedInput":0.5,"output":10},"gpt-5-mini":{"input":1,"output":4}}',
  )
  const tokens = { inputTokens: 3_000_000, cachedInputTokens: 1_000_000, outputTokens: 500_000 }

  test.each([
    ['gpt-5', 4 + 0.5 + 5],
    ['gpt-5-2025-08-07', 4 + 0.5 + 5],
    ['gpt-5-mini-2025-08-07', 3 + 2],
    ['gpt-50', undefined],
    [undefined, undefined],
  ])('of %s', (model, cost) => {
    expect(tokenCost({ ...tokens, ...(model && { model }) }, prices)).toBe(cost)
  })

  test.each([
    '{',
    '[]',
    '{"m":{}}',
    '{"m":{"input":1,"output":"2"}}',
    '{"m":{"input":1,"output":2,"cachedInput":-1}}',
  ])('needs a table of prices, not %s', (json) => {
    expect(() => parseTokenPrices(json)).toThrow('The table of prices')
  })
})
