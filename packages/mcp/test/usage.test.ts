import { join } from 'node:path'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { UsageLog } from '@persql/session-core'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { expect, test } from 'vitest'
import { connect } from './support/connect.ts'

test('sums the tokens that sessions used', async () => {
  const path = join(temporaryFolder(), 'agents.db')
  const driver = betterSqlite3Driver(path)
  const log = new UsageLog(driver)
  const at = new Date('2026-01-31T23:59:59Z')
  await log.record('small', [{ requestId: '1', inputTokens: 10, outputTokens: 1, model: 'gpt-5', at }])
  await log.record('large', [{ requestId: '1', inputTokens: 90, outputTokens: 9, cachedInputTokens: 50 }])
  await driver.close()

  const { call } = await connect('better-sqlite3', { path })
  const keys = async (options: Record<string, unknown>) =>
    (await call('token_usage', options)).data.usage.map(({ key }: { key: string }) => key)
  expect(await keys({ by: 'session' })).toEqual(['large', 'small'])
  expect(await keys({ by: 'day', to: '2026-01-31' })).toEqual(['2026-01-31'])
  expect(await keys({ by: 'session', sessionId: 'small' })).toEqual(['small'])
  expect((await call('token_usage', { limit: 1 })).data).toEqual({
    usage: [
      {
        key: '',
        requests: 1,
        inputTokens: 90,
        cachedInputTokens: 50,
        outputTokens: 9,
        reasoningTokens: 0,
        durationMs: 0,
      },
    ],
    others: 1,
  })
})

test('finds none where none was recorded', async () => {
  const { call } = await connect('better-sqlite3')
  expect((await call('token_usage')).data).toEqual({ usage: [] })
})
