import { type Console, startConsole } from '@persql/console'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import type { SqlDriver } from '@persql/session-core'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { launchBrowser, openWatched } from './browser.ts'

export interface OpenOptions {
  readonly readOnly?: boolean
}

export interface Consoles {
  /** Where the tests may put files. */
  inFolder(name: string): string
  /** A new file. It is closed behind the test. */
  create(): SqlDriver
  /** A page with a console of it, in the place of the one before. `base` is the address without what follows its `#`. */
  open(driver: SqlDriver, options?: OpenOptions): Promise<{ page: Page; base: string }>
  /** Another page, with the console of a server, signed in with a token. To be closed by the test. */
  visit(url: string, token: string): Promise<Page>
}

/** Consoles of files for the tests of a group, in one browser. A test fails if its page shows what should never be. */
export function useConsoles(): Consoles {
  const inFolder = temporaryPaths(afterAll)
  let browser: Browser
  let files = 0
  let file: string
  let driver: SqlDriver | undefined
  let shown: { readonly app: Console; readonly page: Page; readonly incidents: readonly string[] } | undefined

  async function close() {
    await shown?.page.context().close()
    await shown?.app.close()
    const { incidents = [] } = shown ?? {}
    shown = undefined
    expect(incidents).toEqual([])
  }

  async function openPage(url: string) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    context.setDefaultTimeout(60_000)
    return openWatched(context, url)
  }

  beforeAll(async () => {
    browser = await launchBrowser()
  })

  afterAll(() => browser?.close())

  afterEach(async () => {
    await close().finally(() => driver?.close())
  })

  return {
    inFolder,
    create() {
      file = inFolder(`agents-${++files}.db`)
      driver = betterSqlite3Driver(file, { synchronous: 'normal' })
      return driver
    },
    async open(opened, options = {}) {
      await close()
      // What a test puts around its driver is asked for everything.
      const isFile = opened === driver
      const app = await startConsole({
        driver: opened,
        name: 'agents.db',
        ...(isFile && { file }),
        ...options,
      })
      const { page, incidents } = await openPage(app.url)
      shown = { app, page, incidents }
      await page.getByRole('navigation').waitFor()
      return { page, base: app.url.split('#')[0]! }
    },
    async visit(url, token) {
      const { page } = await openPage(`${url}/console`)
      await page.getByLabel('Token').fill(token)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('navigation').waitFor()
      return page
    },
  }
}
