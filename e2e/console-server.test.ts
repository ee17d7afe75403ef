import { PerSQL } from '@persql/sdk'
import { createServer, type PerSQLServer } from '@persql/server'
import { SessionStore, toSqlDriver } from '@persql/session-core'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { audit } from './support/audit.ts'
import { CHROMIUM, launchBrowser, openWatched } from './support/browser.ts'
import { eventually } from './support/eventually.ts'
import { storeHostile } from './support/hostile.ts'

describe.skipIf(!CHROMIUM)('the console of the server, in Chromium (PERSQL_TEST_CHROMIUM)', () => {
  let server: PerSQLServer
  let persql: PerSQL
  let admin: string
  let browser: Browser
  let page: Page
  let incidents: string[]

  const inFolder = temporaryPaths(afterAll)

  beforeAll(async () => {
    server = await createServer({
      data: inFolder('data'),
      port: 0,
      namespace: 'acme',
      workers: { min: 1, max: 2 },
    })
    admin = server.adminToken!
    persql = new PerSQL({ token: admin, baseURL: server.url })
    await persql.databases.create('Main')
    const driver = toSqlDriver(persql.database('acme/main'))
    const store = new SessionStore<unknown>(driver)
    await store.append('user-1', [
      { role: 'user', content: 'Hello over there' },
      { role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'Hello!' }] },
    ])
    await storeHostile(driver)
    browser = await launchBrowser()
  })

  beforeEach(async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
    context.setDefaultTimeout(90_000)
    ;({ page, incidents } = await openWatched(context, `${server.url}/console`))
    return () => context.close()
  })

  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  async function signIn(token: string) {
    await page.getByLabel('Token').fill(token)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }

  async function open(view: string) {
    await page.getByRole('link', { name: view }).click()
    await page.getByRole('heading', { name: view }).waitFor()
  }

  test('refuses a token that is unknown, and says so', async () => {
    await signIn('psql_live_unknown')
    await page.getByRole('alert').getByText('unknown, revoked or expired').waitFor()
    expect(await audit(page)).toEqual([])
    await signIn(admin)
    await page.getByText('user-1').waitFor()
    await page.reload()
    await page.getByText('user-1').waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.reload()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
  })

  test('a second tab is signed in by the first, and signing out of one signs out of both', async () => {
    await signIn(admin)
    await page.getByText('user-1').waitFor()
    const second = await page.context().newPage()
    await second.goto(`${server.url}/console`)
    await second.getByText('user-1').waitFor()
    await second.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await second.reload()
    await second.getByRole('button', { name: 'Sign in' }).waitFor()
    const kept = await page.evaluate(() => JSON.stringify(sessionStorage))
    expect(kept).not.toContain(admin)
    expect(incidents).toEqual([])
  })

  test('keeps the token out of everything but the tab', async () => {
    await signIn(admin)
    await page.getByText('user-1').click()
    await page.getByRole('article').getByText('Hello over there').waitFor()
    const kept = await page.evaluate(() => [document.cookie, JSON.stringify(localStorage), location.href])
    expect(kept.join()).not.toContain(admin)
  })

  test('shows a reader what may be read, and nothing to write or manage with', async () => {
    const { token } = await persql.tokens.create('reader', { role: 'readonly', database: 'main' })
    await signIn(token)
    await page.getByText('user-1').waitFor()
    expect(await page.getByRole('navigation').getByRole('link').allTextContents()).toEqual([
      'Sessions',
      'Runs',
      'Approvals',
      'Insights',
      'SQL',
    ])
    await open('Insights')
    expect(await page.getByRole('heading', { name: 'Usage' }).count()).toBe(0)
    await page.getByRole('link', { name: 'SQL' }).click()
    await page.locator('.cm-content').waitFor()
    expect(await page.getByRole('switch').count()).toBe(0)
    expect(incidents).toEqual([])
  })

  test('creates a database, shows what is left of its time, and deletes it when its name is typed', async () => {
    await signIn(admin)
    await open('Databases')
    await page.getByRole('button', { name: 'New database' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Short Lived')
    await page.getByLabel('Delete after, in days').fill('2')
    await page.getByRole('button', { name: 'Create' }).click()
    const row = page.getByRole('row', { name: /acme\/short-lived/ })
    await row.getByText(/1 d 23 h/).waitFor()
    const heights = await row.locator('> *').evaluateAll((cells) => cells.map((cell) => cell.clientHeight))
    expect(new Set(heights).size).toBe(1)
    expect(await audit(page)).toEqual([])
    await row.getByRole('button', { name: 'Delete short-lived' }).click()
    const confirm = page.getByRole('dialog').getByRole('button', { name: 'Delete database' })
    expect(await confirm.isDisabled()).toBe(true)
    await page.getByLabel(/to confirm/).fill('short-lived')
    expect(await audit(page)).toEqual([])
    await confirm.click()
    await row.waitFor({ state: 'detached' })
    expect((await persql.databases.list()).map(({ slug }) => slug)).toEqual(['main'])
    expect(incidents).toEqual([])
  })

  test('leads from a server without databases to the first one, and back', async () => {
    const empty = await createServer({ data: inFolder('empty'), port: 0, workers: { min: 1, max: 1 } })
    try {
      await page.goto(`${empty.url}/console/`)
      await signIn(empty.adminToken!)
      await page.getByText('No database yet').waitFor()
      await page.getByRole('main').getByRole('link', { name: 'Databases' }).click()
      await page.getByRole('button', { name: 'New database' }).click()
      await page.getByLabel('Name', { exact: true }).fill('First')
      await page.getByRole('button', { name: 'Create' }).click()
      await page.getByRole('link', { name: 'local/first' }).click()
      await page.getByText('No sessions yet').waitFor()
      const code = await page.locator('.start-code code').textContent()
      expect(code).toContain(
        `baseURL: '${empty.url}' })\nconst session = new PerSQLSession('user-42', client.`,
      )
      expect(code).toContain("client.database('local/first')")
      const isCut = (pre: Element) => pre.scrollWidth > pre.clientWidth
      expect(await page.locator('.start-code pre').evaluate(isCut)).toBe(false)
      expect(await audit(page)).toEqual([])
      await open('Databases')
      await page.getByRole('button', { name: 'Delete first' }).click()
      await page.getByLabel(/to confirm/).fill('first')
      await page.getByRole('button', { name: 'Delete database' }).click()
      await page.getByText('No databases yet').waitFor()
      await page.getByRole('link', { name: 'Sessions' }).click()
      await page.getByText('No database yet').waitFor()
    } finally {
      await empty.close()
    }
  })

  test('creates, leases and deletes branches', async () => {
    await signIn(admin)
    await open('Branches')
    await page.getByText('No branches').waitFor()
    await page.getByRole('button', { name: 'New branch' }).click()
    await page.getByLabel('Name', { exact: true }).fill('pr-42')
    await page.getByRole('button', { name: 'Create' }).click()
    const row = page.getByRole('row', { name: /pr-42/ })
    await row.getByText(/6 d 23 h/).waitFor()
    await page.getByRole('button', { name: 'Lease with a token' }).click()
    await page.getByLabel('Minutes').fill('5')
    await page.getByRole('button', { name: 'Lease', exact: true }).click()
    const token = await page.locator('.secret').textContent()
    expect((await new PerSQL({ token: token!, baseURL: server.url }).me()).namespaceSlug).toBe('acme')
    expect(await audit(page)).toEqual([])
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByText(/4 min \d+ s/).waitFor()
    await row.getByRole('button', { name: 'Delete pr-42' }).click()
    await page.getByRole('button', { name: 'Delete branch' }).click()
    await row.waitFor({ state: 'detached' })
    expect((await persql.database('acme/main').branches.list()).length).toBe(1)
    expect(incidents).toEqual([])
  })

  test('creates a token, shows it once, and revokes it', async () => {
    await signIn(admin)
    await open('Tokens')
    await page.getByRole('button', { name: 'New token' }).click()
    await page.getByLabel('Name', { exact: true }).fill('<img src=x onerror=ran("token")>')
    await page.getByRole('dialog').getByLabel('Database').selectOption('main')
    await page.getByLabel('Ends after, in days').fill('1')
    expect(await audit(page)).toEqual([])
    await page.getByRole('button', { name: 'Create' }).click()
    const token = (await page.locator('.secret').textContent())!
    const mine = new PerSQL({ token, baseURL: server.url })
    expect((await mine.me()).role).toBe('readonly')
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('button', { name: /^Revoke <img/ }).click()
    await page.getByRole('button', { name: 'Revoke token' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await eventually(() => page.getByText('<img src=x').count()).toBe(0)
    await expect(mine.me()).rejects.toMatchObject({ status: 401 })
    expect(incidents).toEqual([])
  })

  test('shows what was used, at its price', async () => {
    await signIn(admin)
    await open('Insights')
    const usage = page.getByText('Price of the calls').first()
    await usage.waitFor()
    await page.getByText(/a month/).waitFor()
    expect(await audit(page)).toEqual([])
    expect(incidents).toEqual([])
  })

  test('writes where the token may and the user wants to, and reads otherwise', async () => {
    await signIn(admin)
    await page.getByRole('link', { name: 'SQL' }).click()
    const run = async (sql: string) => {
      await page.locator('.cm-content').click()
      await page.keyboard.press('Control+a')
      await page.keyboard.insertText(sql)
      await page.getByRole('button', { name: 'Run' }).click()
    }
    await run('create table note (body text)')
    await page.getByRole('alert').waitFor()
    expect((await persql.database('acme/main').tables()).map(({ name }) => name)).not.toContain('note')
    await page.getByRole('switch').check()
    await run("create table note (body text); insert into note values ('x'), ('y')")
    await page.getByText('2 rows changed').waitFor()
    expect(await persql.database('acme/main').query('select count(*) from note')).toMatchObject({
      rows: [[2]],
    })
  })
})
