import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startConsole } from '@persql/console'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { PerSQL } from '@persql/sdk'
import { createServer } from '@persql/server'
import { toSqlDriver } from '@persql/session-core'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import type { Page } from 'playwright-core'
import { launchBrowser } from './support/browser.ts'
import { generateMemory } from './support/generate-memory.ts'
import { generateRuns } from './support/generate-runs.ts'
import { generateLongSession, generateSessions } from './support/generate-sessions.ts'

// Takes pictures of every view at three widths, in both themes, or of those whose names match: node e2e/screenshots.ts [folder] [pattern]
const [folder = 'screenshots', only] = process.argv.slice(2)
const WIDTHS = [1440, 820, 390]
const THEMES = ['light', 'dark'] as const

mkdirSync(folder, { recursive: true })
const data = temporaryFolder((remove) => process.once('exit', remove))
const driver = betterSqlite3Driver(join(data, 'agents.db'), { synchronous: 'normal' })
await generateSessions(driver, { sessions: 10_000, now: new Date() })
await generateLongSession(driver, 'customer-long', 600)
await generateRuns(driver)
await generateMemory(driver)
const app = await startConsole({ driver, name: 'agents.db' })
const browser = await launchBrowser()

const context = await browser.newContext()
const first = await context.newPage()
await first.goto(app.url)
await first.getByText('customer-long').click()
const base = first.url().split('#')[0]

async function shoot(page: Page, name: string) {
  if (only !== undefined && !new RegExp(only).test(name)) return
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

await first.goto(`${base}#/database/sessions?q=pay+back&in=messages`)
await first.locator('.found-item').first().waitFor()
await shoot(first, 'search')
await first.locator('.found-item').nth(1).click()
await first.locator('.find-count', { hasText: 'of' }).waitFor()
await shoot(first, 'found')

await first.goto(`${base}#/database/sessions/customer-long`)
await first.getByRole('article').last().waitFor()
await first.getByRole('button', { name: /^Turn/ }).click()
await first.getByLabel('Search turns').fill('order A-1028')
await first.locator('.turn-row').first().click()
await first.getByRole('article').getByRole('table').first().waitFor()
await shoot(first, 'conversation')
await first.getByRole('button', { name: /^Turn/ }).click()
await first.getByLabel('Search turns').fill('pay my 20 euros')
await first.locator('.turn-row').first().click()
await first
  .getByRole('button', { name: /refund/ })
  .first()
  .click()
await shoot(first, 'transcript')
await first.getByRole('button', { name: /^Turn/ }).click()
await shoot(first, 'turns')
await first.keyboard.press('Escape')
await first.getByRole('button', { name: 'Raw JSON' }).nth(3).click()
await shoot(first, 'raw')
await first.keyboard.press('Escape')

await first.getByRole('button', { name: 'Actions on this session' }).click()
await shoot(first, 'session-menu')
await first.getByRole('menuitem', { name: 'Fork…' }).click()
await shoot(first, 'fork')
await first.keyboard.press('Escape')
await first.getByRole('button', { name: 'Actions on this item' }).nth(2).click()
await shoot(first, 'item-menu')
await first.keyboard.press('Escape')
await first.getByRole('button', { name: 'Actions on this session' }).click()
await first.getByRole('menuitem', { name: 'Delete' }).click()
await shoot(first, 'delete')
await first.getByRole('button', { name: 'Undo' }).click()
await first.goto(`${base}#/database/runs/refund-10`)
await first.getByRole('button', { name: /^get_weather/ }).click()
await first.locator('.step-body .json').waitFor()
await shoot(first, 'run')
await first.goto(`${base}#/database/runs`)
await first.getByRole('link', { name: /lost-4/ }).waitFor()
await shoot(first, 'runs')
for (const run of ['lost-4', 'broken-3', 'refund-25']) {
  await first.goto(`${base}#/database/runs/${run}`)
  await first.locator('.timeline').waitFor()
  await shoot(first, `run-${run}`)
}
await first.goto(`${base}#/database/approvals`)
await first.locator('.session-row').first().waitFor()
await shoot(first, 'approvals')
await first.goto(`${base}#/database/approvals/refund-25/call-25`)
await first.getByRole('button', { name: 'Approve' }).waitFor()
await shoot(first, 'approval')
await first.getByRole('button', { name: 'Reject' }).click()
await shoot(first, 'approval-reject')
await first.keyboard.press('Escape')
await first.goto(`${base}#/database/approvals/refund-10/call-10`)
await first.getByText('Approved').waitFor()
await shoot(first, 'approval-decided')

await first.goto(`${base}#/database/insights`)
await first.getByText('find_order').waitFor()
await shoot(first, 'insights')

await first.goto(`${base}#/database/memory?q=coffee`)
await first.locator('.session-row mark').first().waitFor()
await first.locator('.session-row').first().click()
await first.locator('.memory-text').waitFor()
await shoot(first, 'memory-fact')
for (const [name, path] of [
  ['memory', 'memory'],
  ['memory-link', 'memory/Checkout/depends%20on/Billing%20meter?kind=links'],
  ['memory-working', 'memory/run-1/plan?kind=working'],
] as const) {
  await first.goto(`${base}#/database/${path}`)
  await first.locator('.session-row').first().waitFor({ state: 'attached' })
  await shoot(first, name)
}

await first.goto(`${base}#/database/sql`)
await first.getByRole('button', { name: /^Run/ }).click()
await first.getByRole('gridcell').first().waitFor()
await shoot(first, 'sql')
await first.getByRole('button', { name: 'Plan' }).click()
await first.getByText(/SCAN/).first().waitFor()
await shoot(first, 'plan')
await app.close()
await driver.close()

const server = await createServer({ data: join(data, 'server'), port: 0, namespace: 'acme' })
const persql = new PerSQL({ token: server.adminToken, baseURL: server.url })
await persql.databases.create('Support')
await persql.databases.create('Evaluation run', { ttlDays: 0.5 })
const support = persql.database('acme/support')
await generateSessions(toSqlDriver(support), { sessions: 40, now: new Date() })
await support.branches.upsert('pr-42', { ttlDays: 7 })
await support.branches.claim({ purpose: 'nightly', ttlSec: 1800 })
await persql.tokens.create('dashboard', { role: 'readonly', database: 'support' })
await persql.tokens.create('agents', { role: 'readwrite', ttlSec: 86_400 * 30 })
const page = await (await browser.newContext()).newPage()
await page.goto(`${server.url}/console/`)
await shoot(page, 'sign-in')
await page.getByLabel('Token').fill(server.adminToken ?? '')
await page.getByRole('button', { name: 'Sign in' }).click()
await page.getByRole('link', { name: 'Approvals' }).click()
await page.getByText('No runs yet').waitFor()
await shoot(page, 'approvals-none')
for (const view of ['Databases', 'Branches', 'Tokens', 'Insights']) {
  await page.getByRole('link', { name: view }).click()
  await page.getByRole('heading', { name: view }).waitFor()
  await shoot(page, `server-${view.toLowerCase()}`)
}
await page.getByRole('link', { name: 'Tokens' }).click()
await page.getByRole('button', { name: 'New token' }).click()
await shoot(page, 'server-new-token')

await browser.close()
await server.close()
