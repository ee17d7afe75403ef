import { startConsole } from '@persql/console'
import { CHROMIUM, launchBrowser } from '@persql/e2e/support/browser.ts'
import { fileOf, inTurn, openFewAndMany } from './few-and-many.ts'

/** The time of each round in milliseconds until the first page is on the screen. */
export interface ConsoleTimes {
  readonly few: readonly number[]
  readonly many: readonly number[]
}

const SESSIONS = { few: 100, many: 100_000 }

/** Opens the console on few and on many sessions, in turns; or says why it could not. */
export async function measureConsole(rounds: number, folder: string): Promise<ConsoleTimes | string> {
  if (!CHROMIUM) return 'PERSQL_TEST_CHROMIUM does not name a Chromium'
  let browser: Awaited<ReturnType<typeof launchBrowser>>
  try {
    browser = await launchBrowser()
  } catch (error) {
    return `Chromium does not run here: ${String(error).split('\n')[0]}`
  }
  const drivers = await openFewAndMany(folder, 'console', SESSIONS)
  const times = { few: [] as number[], many: [] as number[] }

  // Round 0 warms up and does not count.
  for (let round = 0; round <= rounds; round++) {
    for (const name of inTurn(round)) {
      const time = await firstPage(name)
      if (round > 0) times[name].push(time)
    }
  }
  await browser.close()
  await Promise.all(Object.values(drivers).map((driver) => driver.close()))
  return times

  /** From following the address to the first sessions on the screen, the browser's cache empty. */
  async function firstPage(name: keyof typeof SESSIONS): Promise<number> {
    const app = await startConsole({ driver: drivers[name], name, file: fileOf(folder, 'console', name) })
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    const page = await context.newPage()
    const started = performance.now()
    await page.goto(app.url)
    await page.locator('.session-row').first().waitFor()
    const time = performance.now() - started
    await context.close()
    await app.close()
    return time
  }
}
