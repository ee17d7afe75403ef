import { readFile } from 'node:fs/promises'
import { SessionStore, type SqlDriver, UsageLog } from '@persql/session-core'
import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { audit } from './support/audit.ts'
import { CHROMIUM } from './support/browser.ts'
import { eventually } from './support/eventually.ts'
import { PAYLOADS } from './support/hostile.ts'
import { injected } from './support/injected.ts'
import { useConsoles } from './support/use-consoles.ts'

describe.skipIf(!CHROMIUM)('tokens in the console, in Chromium (PERSQL_TEST_CHROMIUM)', () => {
  const consoles = useConsoles()
  let driver: SqlDriver
  let log: UsageLog
  let page: Page
  let base: string

  beforeEach(async () => {
    driver = consoles.create()
    log = new UsageLog(driver)
    const store = new SessionStore<unknown>(driver)
    const turn = async (session: string, said: string, model: string, inputTokens: number) => {
      await store.append(session, [
        { role: 'user', content: said },
        { role: 'assistant', content: 'Yes.' },
      ])
      const requestId = `${session} ${said}`
      await log.record(session, [
        { requestId, model, inputTokens, cachedInputTokens: 1000, outputTokens: 500, durationMs: 2000 },
      ])
    }
    await turn('user-42', 'First?', 'gpt-5-2025-08-07', 20_000)
    await turn('user-42', 'Second?', 'gpt-5-2025-08-07', 30_000)
    await turn('user-43', 'Third?', 'other', 4000)
  })

  async function open() {
    ;({ page, base } = await consoles.open(driver))
  }

  async function saved(click: () => Promise<void>): Promise<string> {
    const [download] = await Promise.all([page.waitForEvent('download'), click()])
    return readFile(await download.path(), 'utf8')
  }

  const cellsOf = (name: RegExp) => page.getByRole('row', { name }).getByRole('cell').allTextContents()

  test('sums them by model, day and session, at prices that the user keeps', async () => {
    await open()
    await page.goto(`${base}#/database/insights`)
    const model = page.getByRole('row', { name: /gpt-5-2025-08-07/ })
    await model.waitFor()
    expect(await cellsOf(/gpt-5-2025-08-07/)).toEqual(['2', '50,000', '2,000', '1,000', '4 s'])
    await page.getByRole('link', { name: 'user-42' }).last().waitFor()
    expect(await audit(page)).toEqual([])

    await page.getByRole('button', { name: 'Prices' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Model').first().fill('gpt-5')
    await dialog.getByLabel('Input of gpt-5', { exact: true }).fill('1.25')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByText('no price for "gpt-5"').waitFor()
    await dialog.getByLabel('Cached input of gpt-5').fill('0.25')
    await dialog.getByLabel('Output of gpt-5').fill('10')
    expect(await audit(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Save' }).click()
    // (48,000 at 1.25, 2,000 at 0.25, 1,000 at 10) for a million
    await eventually(() => cellsOf(/gpt-5-2025-08-07/)).toEqual([
      '2',
      '50,000',
      '2,000',
      '1,000',
      '4 s',
      '0.0705',
    ])
    await page.getByText('without models that have no price').waitFor()
    await page.reload()
    await eventually(() => cellsOf(/gpt-5-2025-08-07/)).toContain('0.0705')
    expect(await saved(() => page.getByRole('button', { name: /as CSV/ }).click())).toBe(
      '\ufeffsession_id,model,requests,input_tokens,cached_tokens,output_tokens,reasoning_tokens,duration_ms,cost\r\n' +
        'user-42,gpt-5-2025-08-07,2,50000,2000,1000,0,4000,0.0705\r\n' +
        'user-43,other,1,4000,1000,500,0,2000,\r\n',
    )
  })

  test('tells those of each turn, and follows what is recorded', async () => {
    await open()
    await page.goto(`${base}#/database/sessions/user-42`)
    const button = page.getByRole('button', { name: /tokens/ })
    await eventually(() => button.textContent()).toBe('51K tokens')
    await button.click()
    await page.getByRole('row', { name: /First/ }).waitFor()
    expect(await cellsOf(/First/)).toEqual(['1', '20,000', '1,000', '500', '2 s'])
    expect(await cellsOf(/Second/)).toEqual(['1', '30,000', '1,000', '500', '2 s'])
    expect(await audit(page)).toEqual([])
    const csv = await saved(() => page.getByRole('button', { name: 'Tokens as CSV' }).click())
    expect(csv).toContain('user-42,2,gpt-5-2025-08-07,1,30000,1000,500,0,2000,')
    await page.keyboard.press('Escape')
    await log.record('user-42', [{ requestId: 'late', inputTokens: 9000, outputTokens: 1000 }])
    await eventually(() => button.textContent()).toBe('61K tokens')
  })

  test('runs nothing of what models are called', async () => {
    const requests = PAYLOADS.map((model, n) => ({
      requestId: String(n),
      model,
      inputTokens: 1,
      outputTokens: 1,
    }))
    await log.record('user-42', requests)
    await open()
    await page.goto(`${base}#/database/insights`)
    await page.getByRole('row', { name: /gpt-5-2025-08-07/ }).waitFor()
    await page.getByRole('button', { name: 'Prices' }).click()
    await page.getByRole('dialog').waitFor()
    expect(await injected(page)).toEqual([])
  })

  test('says nothing where none are recorded', async () => {
    await driver.batch([{ sql: 'drop table agent_sessions_usage' }])
    await open()
    await page.goto(`${base}#/database/insights`)
    await page.getByText('Busiest').waitFor()
    expect(await page.getByRole('heading', { name: 'Tokens' }).count()).toBe(0)
  })
})
