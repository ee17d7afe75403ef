import { SessionStore, type SqlDriver } from '@persql/session-core'
import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { audit } from './support/audit.ts'
import { CHROMIUM } from './support/browser.ts'
import { eventually } from './support/eventually.ts'
import { PAYLOADS } from './support/hostile.ts'
import { injected } from './support/injected.ts'
import { type OpenOptions, useConsoles } from './support/use-consoles.ts'

describe.skipIf(!CHROMIUM)('the command palette of the console, in Chromium (PERSQL_TEST_CHROMIUM)', () => {
  const consoles = useConsoles()
  let driver: SqlDriver
  let page: Page

  beforeEach(async () => {
    driver = consoles.create()
    const store = new SessionStore(driver)
    for (const id of ['customer-7', ...PAYLOADS]) await store.append(id, [{ role: 'user', content: 'Hi' }])
  })

  async function open(options?: OpenOptions) {
    ;({ page } = await consoles.open(driver, options))
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
