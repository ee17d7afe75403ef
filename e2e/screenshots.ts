import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startConsole } from '@persql/console'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import type { Page } from 'playwright-core'
import { launchBrowser } from './support/browser.ts'
import { generateLongSession, generateSessions } from './support/generate-sessions.ts'

// Takes pictures of every view at three widths, in both themes, into the folder that is given.
const [folder = 'screenshots'] = process.argv.slice(2)
const WIDTHS = [1440, 900, 390]
const THEMES = ['light', 'dark'] as const

mkdirSync(folder, { recursive: true })
const data = mkdtempSync(join(tmpdir(), 'console-'))
const driver = betterSqlite3Driver(join(data, 'agents.db'), { synchronous: 'normal' })
await generateSessions(driver, { sessions: 10_000, now: new Date() })
await generateLongSession(driver, 'customer-long', 600)
const app = await startConsole({ driver, name: 'agents.db' })
const browser = await launchBrowser()

const context = await browser.newContext()
const first = await context.newPage()
await first.goto(app.url)
await first.getByText('customer-long').click()
const base = first.url().split('#')[0]

async function shoot(page: Page, name: string) {
  await page.waitForTimeout(350)
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme })
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: width === 390 ? 844 : 900 })
      await page.waitForTimeout(250)
      await page.screenshot({ path: join(folder, `${name}-${theme}-${width}.png`) })
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 })
}

await first.setViewportSize({ width: 1440, height: 900 })
await first.goto(`${base}#/database/sessions`)
await first.getByRole('listitem').first().waitFor()
await shoot(first, 'sessions')

await first.goto(`${base}#/database/sessions/customer-long`)
await first.getByRole('article').last().waitFor()
await first
  .getByRole('button', { name: /find_order/ })
  .last()
  .click()
await shoot(first, 'transcript')
await first.getByRole('button', { name: /^Turn/ }).click()
await shoot(first, 'turns')
await first.keyboard.press('Escape')
await first.getByRole('button', { name: 'Raw JSON' }).last().click()
await shoot(first, 'raw')
await first.keyboard.press('Escape')

await first.goto(`${base}#/database/insights`)
await first.getByText('find_order').waitFor()
await shoot(first, 'insights')

await first.goto(`${base}#/database/sql`)
await first.getByRole('button', { name: 'Run' }).click()
await first.getByRole('gridcell').first().waitFor()
await shoot(first, 'sql')
await first.getByRole('button', { name: 'Plan' }).click()
await first.getByText(/SCAN/).first().waitFor()
await shoot(first, 'plan')
await browser.close()
await app.close()
await driver.close()
rmSync(data, { recursive: true })
