import { writeFileSync } from 'node:fs'
import { openDriver, SessionStore, UsageLog } from '@persql/session-core'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { beforeEach, expect, test } from 'vitest'
import { json, output, persql } from './support/persql.ts'

let db: string
let prices: string

beforeEach(async () => {
  const path = temporaryPaths()
  db = path('agents.db')
  prices = path('prices.json')
  writeFileSync(prices, '{"gpt-5":{"input":2,"cachedInput":1,"output":10}}')
  const driver = await openDriver(db)
  await new SessionStore<unknown>(driver).append('user-1', [{ role: 'user', content: 'Hi' }])
  const log = new UsageLog(driver)
  const at = new Date('2026-01-31T23:59:59Z')
  const tokens = {
    inputTokens: 1_000_000,
    cachedInputTokens: 500_000,
    outputTokens: 200_000,
    reasoningTokens: 1,
  }
  await log.record('user-1', [{ ...tokens, requestId: '1', model: 'gpt-5-2025-08-07', durationMs: 900, at }])
  await log.record('a,"b"\u001b[31m', [{ ...tokens, requestId: '1', at: new Date('2026-02-01T00:00:00Z') }])
  await driver.close()
})

test('sums tokens, and what they cost', async () => {
  expect(await output(['sessions', 'usage', '--db', db])).toMatchInlineSnapshot(`
    "model	requests	input	cached	output	reasoning
    	1	1000000	500000	200000	1
    gpt-5-2025-08-07	1	1000000	500000	200000	1
    "
  `)
  expect(
    await output(['sessions', 'usage', '--by', 'day', '--prices', prices, '--db', db]),
  ).toMatchInlineSnapshot(`
    "day	model	requests	input	cached	output	reasoning	cost
    2026-01-31	gpt-5-2025-08-07	1	1000000	500000	200000	1	3.5000
    2026-02-01		1	1000000	500000	200000	1	

    Together: 3.5000
    "
  `)
  const { usage } = await json<{ usage: unknown[] }>(['sessions', 'usage', '--prices', prices, '--db', db])
  expect(usage).toMatchObject([{ key: '' }, { key: 'gpt-5-2025-08-07', cost: 3.5, durationMs: 900 }])
})

test('can be asked for a session and for days, as CSV', async () => {
  const ofSession = ['sessions', 'usage', '--by', 'session', '--csv', '--db', db]
  expect(await output(ofSession)).toBe(
    [
      'key,model,requests,inputTokens,cachedInputTokens,outputTokens,reasoningTokens,durationMs,cost',
      '"a,""b""\u001b[31m",,1,1000000,500000,200000,1,0,',
      'user-1,gpt-5-2025-08-07,1,1000000,500000,200000,1,900,',
      '',
    ].join('\r\n'),
  )
  expect(await output([...ofSession, '--session', 'user-1', '--until', '2026-01-31'])).toContain('user-1')
  expect(await output([...ofSession, '--since', '2026-02-01'])).not.toContain('user-1')
})

test('says what is missing', async () => {
  const empty = await persql(['sessions', 'usage', '--session', 'none', '--db', db])
  expect([empty.status, empty.stdout, empty.stderr]).toEqual([
    0,
    '',
    'No usage is recorded. `session.recordUsage(result)` records it.\n',
  ])
  const noPrices = await persql(['sessions', 'usage', '--prices', `${prices}x`, '--db', db])
  expect([noPrices.status, noPrices.stderr]).toEqual([
    2,
    expect.stringContaining('Cannot read the table of prices'),
  ])
  writeFileSync(prices, '{"gpt-5":1}')
  const wrong = await persql(['sessions', 'usage', '--prices', prices, '--db', db])
  expect([wrong.status, wrong.stderr]).toEqual([
    expect.any(Number),
    expect.stringContaining('has no price for "gpt-5"'),
  ])
})
