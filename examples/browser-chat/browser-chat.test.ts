import { join } from 'node:path'
import { startProcess } from '@persql/test-support/start-process'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

const CHROMIUM = process.env['PERSQL_TEST_CHROMIUM']
if (!CHROMIUM) {
  console.warn('SKIPPED: the chat in a real browser. Set PERSQL_TEST_CHROMIUM to the path of a Chromium.')
}

describe.skipIf(!CHROMIUM)('browser-chat', () => {
  let address: string
  let stop: () => Promise<unknown>
  let profile: string
  let context: BrowserContext

  beforeAll(async () => {
    const program = join(import.meta.dirname, 'browser-chat.ts')
    const example = startProcess(process.execPath, [program, '0'])
    stop = () => example.stop()
    ;[address] = await example.printed(/http:\S+/)
  })

  afterAll(() => stop?.())

  beforeEach(async () => {
    profile = temporaryFolder()
    context = await openBrowser()
  })

  afterEach(() => context.close())

  function openBrowser(): Promise<BrowserContext> {
    return chromium.launchPersistentContext(profile, { executablePath: CHROMIUM! })
  }

  async function openTab(): Promise<Page> {
    const page = await context.newPage()
    await page.goto(address)
    await untilIdle(page)
    return page
  }

  const untilIdle = (page: Page) => page.waitForSelector('body[aria-busy=false]')
  const messages = (page: Page) => page.locator('.message').allTextContents()
  const rowCount = (page: Page) => page.locator('#rows tbody tr').count()
  const notice = (page: Page) => page.locator('#notice').textContent()

  async function say(page: Page, text: string) {
    await page.fill('#message', text)
    await page.press('#message', 'Enter')
    await untilIdle(page)
  }

  test('answers from the stored history after a reload, and after a restart of the browser', async () => {
    const page = await openTab()
    await say(page, 'My favourite colour is teal.')
    await say(page, 'My cat is Tom.')
    await page.reload()
    await untilIdle(page)
    expect(await messages(page)).toEqual([
      'My favourite colour is teal.',
      'Noted.',
      'My cat is Tom.',
      'Noted.',
    ])
    await say(page, 'What is my favourite colour?')
    expect((await messages(page)).at(-1)).toBe('Your favourite colour is teal.')

    await context.close()
    context = await openBrowser()
    const later = await openTab()
    expect(await rowCount(later)).toBe(6)
    await say(later, 'What is my cat?')
    expect((await messages(later)).at(-1)).toBe('Your cat is Tom.')
  })

  test('refuses to undo what another tab has stored, and goes on from there', async () => {
    const one = await openTab()
    const other = await openTab()
    await say(one, 'My favourite colour is teal.')
    await say(other, 'What is my favourite colour?')
    expect(await notice(other)).toContain('another tab has gone on')
    expect(await messages(other)).toEqual(['My favourite colour is teal.', 'Noted.'])
    expect(await other.inputValue('#message')).toBe('What is my favourite colour?')

    await other.press('#message', 'Enter')
    await untilIdle(other)
    expect(await notice(other)).toBe('')
    expect((await messages(other)).at(-1)).toBe('Your favourite colour is teal.')
    await one.reload()
    await untilIdle(one)
    expect(await rowCount(one)).toBe(4)
  })

  test('shows the rows by SQL, and runs only what reads', async () => {
    const page = await openTab()
    await say(page, 'My favourite colour is teal.')
    expect(await page.locator('#rows td').allTextContents()).toEqual([
      ...['1', 'user', 'My favourite colour is teal.'],
      ...['2', 'assistant', 'Noted.'],
    ])
    await page.fill('#sql', 'select count(*) as items from agent_messages')
    await page.click('#query button')
    await expect.poll(() => page.locator('#rows').textContent()).toBe('items2')
    await page.fill('#sql', 'delete from agent_messages')
    await page.click('#query button')
    await expect.poll(() => page.locator('#rows').textContent()).toContain('readonly')
    expect(await messages(page)).toHaveLength(2)
    await page.click('#clear')
    await untilIdle(page)
    expect(await messages(page)).toEqual([])
  })

  test('asks nothing of any other host and raises no error', async () => {
    const page = await context.newPage()
    const incidents: string[] = []
    page.on('request', (request) => {
      if (!request.url().startsWith(address) && !request.url().startsWith('data:')) {
        incidents.push(request.url())
      }
    })
    page.on('pageerror', (error) => incidents.push(error.message))
    page.on('console', (entry) => {
      if (entry.type() === 'error') incidents.push(entry.text())
    })
    await page.goto(address)
    await untilIdle(page)
    await say(page, 'My favourite colour is teal.')
    expect(incidents).toEqual([])
  })
})
