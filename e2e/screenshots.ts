import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startConsole } from '@persql/console'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { PerSQL } from '@persql/sdk'
import { createServer } from '@persql/server'
import { type SqlDriver, toSqlDriver } from '@persql/session-core'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import type { Page } from 'playwright-core'
import { launchBrowser } from './support/browser.ts'
import { generateMemory } from './support/generate-memory.ts'
import { generateRuns } from './support/generate-runs.ts'
import { generateLongSession, generateSessions } from './support/generate-sessions.ts'
import { generateUsage } from './support/generate-usage.ts'
import { EMPTY_PICTURES, LOCAL_PICTURES, type Pictures, SERVER_PICTURES } from './support/pictures.ts'

// Takes pictures of every view at three widths, in both themes, or of those whose names match: node e2e/screenshots.ts [folder] [pattern]
const [folder = 'screenshots', pattern = ''] = process.argv.slice(2)
const WIDTHS = [1440, 820, 390]
const THEMES = ['light', 'dark'] as const

const data = temporaryFolder((remove) => process.once('exit', remove))
mkdirSync(folder, { recursive: true })
const browser = await launchBrowser()
await shootAll(LOCAL_PICTURES, shootLocal)
await shootAll(EMPTY_PICTURES, shootEmpty)
await shootAll(SERVER_PICTURES, shootServer)
await browser.close()

/** The pictures that are wanted, if there are any. */
async function shootAll(pictures: Pictures, shoot: (pictures: Pictures) => Promise<void>): Promise<void> {
  const wanted = Object.entries(pictures).filter(([name]) => new RegExp(pattern).test(name))
  if (wanted.length > 0) await shoot(Object.fromEntries(wanted))
}

async function shootLocal(pictures: Pictures): Promise<void> {
  const driver = betterSqlite3Driver(join(data, 'agents.db'), { synchronous: 'normal' })
  await generateSessions(driver, { sessions: 10_000, now: new Date() })
  await generateLongSession(driver, 'customer-long', 600)
  await generateRuns(driver)
  await generateMemory(driver)
  await generateUsage(driver, ['customer-7', 'customer-8', 'customer-long'])
  await shootConsole(driver, 'agents.db', pictures)
}

async function shootEmpty(pictures: Pictures): Promise<void> {
  const driver = betterSqlite3Driver(join(data, 'new.db'))
  await shootConsole(driver, 'new.db', pictures)
}

/** Closes the driver. */
async function shootConsole(driver: SqlDriver, name: string, pictures: Pictures): Promise<void> {
  const app = await startConsole({ driver, name })
  const page = await browser.newPage()
  await page.goto(app.url)
  await page.getByRole('navigation').waitFor()
  await take(page, app.url, 'database', pictures)
  await app.close()
  await driver.close()
}

async function shootServer(pictures: Pictures): Promise<void> {
  const server = await createServer({ data: join(data, 'server'), port: 0, namespace: 'acme' })
  const page = await browser.newPage()
  const { 'sign-in': signIn, 'server-home': home, ...others } = pictures
  const address = `${server.url}/console/`
  if (signIn) await take(page, address, 'support', { 'sign-in': signIn })
  await page.goto(address)
  await page.getByLabel('Token').fill(server.adminToken ?? '')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('navigation').waitFor()
  if (home) await take(page, address, 'support', { 'server-home': home })
  const persql = new PerSQL({ token: server.adminToken, baseURL: server.url })
  await persql.databases.create('Support')
  await persql.databases.create('Evaluation run', { ttlDays: 0.5 })
  const support = persql.database('acme/support')
  await generateSessions(toSqlDriver(support), { sessions: 40, now: new Date() })
  await support.branches.upsert('pr-42', { ttlDays: 7 })
  await support.branches.claim({ purpose: 'nightly', ttlSec: 1800 })
  await persql.tokens.create('dashboard', { role: 'readonly', database: 'support' })
  await persql.tokens.create('agents', { role: 'readwrite', ttlSec: 86_400 * 30 })
  await take(page, address, 'support', others)
  await server.close()
}

/** Each picture begins with a page that was just opened, at each width. */
async function take(page: Page, url: string, slug: string, pictures: Pictures): Promise<void> {
  const [base] = url.split('#')
  for (const [name, prepare] of Object.entries(pictures)) {
    for (const width of WIDTHS) {
      await page.emulateMedia({ colorScheme: THEMES[0] })
      await page.setViewportSize({ width, height: width === 390 ? 844 : 900 })
      await page.goto('about:blank')
      await prepare(page, (path) => page.goto(path === undefined ? base! : `${base}#/${slug}/${path}`))
      await page.mouse.move(0, 0)
      for (const theme of THEMES) {
        await page.emulateMedia({ colorScheme: theme })
        await page.waitForTimeout(300)
        await page.screenshot({ path: join(folder, `${name}-${theme}-${width}.png`) })
      }
      await page.context().setOffline(false)
    }
  }
}
