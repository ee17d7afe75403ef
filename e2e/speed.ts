import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { startConsole } from '@persql/console'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import type { Page } from 'playwright-core'
import { launchBrowser } from './support/browser.ts'
import { generateLongSession, generateSessions } from './support/generate-sessions.ts'

// Measures a long conversation in headless Chromium, and the size of the console: node e2e/speed.ts
const LONG = 10_000

const folder = temporaryFolder((remove) => process.once('exit', remove))
const browser = await launchBrowser()
const file = join(folder, 'agents.db')
const driver = betterSqlite3Driver(file, { synchronous: 'normal' })
await generateSessions(driver, { sessions: 10_000, now: new Date() })
await generateLongSession(driver, 'long', LONG)
await transcript()
size()

await browser.close()
await driver.close()

/** Opening a long conversation, and the frames while it scrolls from its end to its beginning. */
async function transcript(): Promise<void> {
  const app = await startConsole({ driver, file, name: 'agents.db' })
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.goto(app.url)
  await page.locator('.session-row').first().waitFor()
  const started = performance.now()
  await page.evaluate(() => {
    location.hash = '#/database/sessions/long'
  })
  await page.locator('.entry .markdown').last().waitFor()
  line(`transcript of ${LONG.toLocaleString('en')} items, open`, performance.now() - started)
  await page.waitForTimeout(500)
  const frames = await page.locator('.transcript-scroll').evaluate(async (element) => {
    const lengths: number[] = []
    let last = performance.now()
    const ended = last + 5000
    while (performance.now() < ended) {
      element.scrollTop -= 120
      await new Promise(requestAnimationFrame)
      const now = performance.now()
      lengths.push(now - last)
      last = now
    }
    return lengths.sort((a, b) => a - b)
  })
  const at = (share: number) => frames[Math.min(Math.floor(frames.length * share), frames.length - 1)]!
  line('scrolling at 7,200 px/s, frame, median', at(0.5))
  line('scrolling at 7,200 px/s, frame, 95 of 100', at(0.95), `longest ${at(1).toFixed(1)} ms`)
  await find(page)
  await page.close()
  await app.close()
}

/** What finding costs the main thread of the page: the time in which it works on scripts, styles and layout. */
async function find(page: Page): Promise<void> {
  const cdp = await page.context().newCDPSession(page)
  // Of the thread, so that other programs of the machine do not count.
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
  const taken = async () => {
    const { metrics } = await cdp.send('Performance.getMetrics')
    const parts = metrics.filter(({ name }) => /^(Script|Layout|RecalcStyle)Duration$/.test(name))
    return 1000 * parts.reduce((sum, { value }) => sum + value, 0)
  }
  await page.keyboard.press('Control+f')
  const input = page.getByLabel('Find in this session')
  for (const text of ['order A-1000', 'order', 'e']) {
    await input.fill('')
    await page.locator('.find-count:empty').waitFor({ state: 'attached' })
    await page.waitForTimeout(500)
    const before = await taken()
    const started = performance.now()
    await input.fill(text)
    const count = page.locator('.find-count', { hasText: /items$/ })
    await count.waitFor()
    const whole = performance.now() - started
    line(
      `finding "${text}" in ${LONG.toLocaleString('en')} items, main thread`,
      (await taken()) - before,
      `${await count.textContent()}, ${whole.toFixed(0)} ms in all`,
    )
  }
}

function size(): void {
  const assets = join(dirname(createRequire(import.meta.url).resolve('@persql/console')), 'app', 'assets')
  for (const name of readdirSync(assets).filter((file) => /\.(js|css)$/.test(file))) {
    const bytes = readFileSync(join(assets, name))
    const kilobytes = (length: number) => `${(length / 1000).toFixed(0)} kB`
    console.log(
      `${name.replace(/-[\w-]{8}\./, '.')}: ${kilobytes(bytes.length)}, gzip ${kilobytes(gzipSync(bytes).length)}`,
    )
  }
}

function line(what: string, ms: number, note = ''): void {
  console.log(`${what}: ${ms.toFixed(1)} ms${note && ` (${note})`}`)
}
