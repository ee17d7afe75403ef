import { type Console, startConsole } from '@persql/console'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { SessionStore, type SqlDriver } from '@persql/session-core'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { audit } from './support/audit.ts'
import { CHROMIUM, launchBrowser, openWatched } from './support/browser.ts'
import { eventually } from './support/eventually.ts'
import { PAYLOADS } from './support/hostile.ts'
import { injected } from './support/injected.ts'

describe.skipIf(!CHROMIUM)('the command palette of the console, in Chromium (PERSQL_TEST_CHROMIUM)', () => {
  let driver: SqlDriver
  let app: Console
  let browser: Browser
  let page: Page
  let incidents: string[]

  const inFolder = temporaryPaths(afterAll)
  let databases = 0

  beforeAll(async () => {
    browser = await launchBrowser()
  })

  afterAll(() => browser?.close())

  beforeEach(async () => {
    driver = betterSqlite3Driver(inFolder(`agents-${++databases}.db`), { synchronous: 'normal' })
    const store = new SessionStore(driver)
    for (const id of ['customer-7', ...PAYLOADS]) await store.append(id, [{ role: 'user', content: 'Hi' }])
  })

  afterEach(async () => {
    expect(incidents).toEqual([])
    await page.context().close()
    await app.close()
    await driver.close()
  })

  async function open(options: { readonly readOnly?: boolean } = {}) {
    app = await startConsole({ driver, name: 'agents.db', ...options })
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    context.setDefaultTimeout(60_000)
    ;({ page, incidents } = await openWatched(context, app.url))
    await page.getByRole('listitem').first().waitFor()
  }

  const field = () => page.getByRole('combobox', { name: 'View, session or action' })
  const options = () => page.locator('.palette [role=option]').allTextContents()
  const first = async () => (await options())[0]

  test('goes to views and sessions by their names, and does what can be done with the open one', async () => {
    await open()
    await page.keyboard.press('Control+k')
    await eventually(first).toBe('SessionsView')
    await eventually(async () => (await options()).some((option) => option.endsWith('Session'))).toBe(true)
    expect(await audit(page)).toEqual([])
    await field().fill('sq')
    await eventually(first).toBe('SQLView')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Run' }).waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)

    await page.getByRole('button', { name: 'Go to' }).click()
    await field().fill('no such thing')
    await page.getByText('Nothing of this name').waitFor()
    await field().fill('customer')
    await page.getByRole('option', { name: 'customer-7 Session', exact: true }).click()
    await page.getByRole('heading', { name: 'customer-7', exact: true }).waitFor()

    await page.keyboard.press('Control+k')
    await field().fill('fork')
    await eventually(first).toBe('Fork…This session')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: /Fork/ }).waitFor()
  })

  test('shows stored text as text, and offers a console that only reads nothing that writes', async () => {
    await open({ readOnly: true })
    for (const text of ['', 'script', 'img', 'javascript', 'style']) {
      await page.keyboard.press('Control+k')
      await field().fill(text)
      await eventually(async () => (await options()).some((option) => option.endsWith('Session'))).toBe(true)
      expect(await injected(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
    await page.getByRole('link', { name: /customer-7/ }).click()
    await page.getByRole('article').first().waitFor()
    await page.keyboard.press('Control+k')
    await eventually(first).toBe('Copy idThis session')
    expect((await options()).filter((option) => /Fork|Delete/.test(option))).toEqual([])
  })
})
