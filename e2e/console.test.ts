import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { type Console, startConsole } from '@persql/console'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { SessionCatalog, SessionStore, type SqlDriver } from '@persql/session-core'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { audit } from './support/audit.ts'
import { CHROMIUM, launchBrowser, openWatched } from './support/browser.ts'
import { eventually } from './support/eventually.ts'
import { generateLongSession, generateSessions } from './support/generate-sessions.ts'
import { HOSTILE_COLUMN, HOSTILE_TABLE, PAYLOADS, storeHostile } from './support/hostile.ts'
import { typeSql } from './support/type-sql.ts'

const SESSIONS = 10_000
const LONG = 10_000

describe.skipIf(!CHROMIUM)('the console of a file, in Chromium (PERSQL_TEST_CHROMIUM)', () => {
  let driver: SqlDriver
  let app: Console
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let incidents: string[]
  let base: string
  let hostile: string[]

  const show = async (...parts: string[]) => {
    await page.goto(`${base}#/database/${parts.map(encodeURIComponent).join('/')}`)
  }

  const inFolder = temporaryPaths(afterAll)

  beforeAll(async () => {
    const file = inFolder('agents.db')
    driver = betterSqlite3Driver(file, { synchronous: 'normal' })
    await generateSessions(driver, { sessions: SESSIONS, now: new Date() })
    await generateLongSession(driver, 'long', LONG)
    hostile = await storeHostile(driver)
    app = await startConsole({ driver, file, name: '<img src=x onerror=ran("name")>.db' })
    base = app.url.split('#')[0]!
    browser = await launchBrowser()
    context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, acceptDownloads: true })
    context.setDefaultTimeout(90_000)
    ;({ page, incidents } = await openWatched(context, app.url))
    await page.getByRole('listitem').first().waitFor()
  })

  afterAll(async () => {
    await browser?.close()
    await app?.close()
    await driver?.close()
  })

  test('opens with the address once, and keeps the secret out of it', async () => {
    await page.getByRole('heading', { name: /^Sessions/ }).waitFor()
    expect(page.url()).not.toContain('open')
    const stranger = await browser.newContext()
    const other = await stranger.newPage()
    await other.goto(app.url)
    expect(await other.getByRole('alert').textContent()).toContain('used before')
    await other.goto(base)
    await other.getByRole('heading', { name: 'Open the address' }).waitFor()
    expect(await other.getByLabel('Token').count()).toBe(0)
    await stranger.close()
  })

  test('stays signed in after a reload, and in a tab that is opened beside it', async () => {
    await page.reload()
    await page.getByRole('listitem').first().waitFor()
    const second = await context.newPage()
    await second.goto(base)
    await second.getByRole('listitem').first().waitFor()
    await second.close()
  })

  test('lists the sessions with their number, latest first, and pages through all of them', async () => {
    await show('sessions')
    const total = SESSIONS + hostile.length + 1
    await eventually(() => page.locator('.count').textContent()).toBe(total.toLocaleString('en'))
    const list = page.locator('.list-scroll')
    const reach = () =>
      list.evaluate((element) => {
        element.scrollTop = element.scrollHeight
        return element.scrollHeight
      })
    const first = await reach()
    await eventually(reach).toBeGreaterThan(first * 3)
    await list.evaluate((element) => {
      element.scrollTop = 0
    })
  })

  test('orders by activity and by items', async () => {
    await show('sessions')
    await page.getByLabel('Order').selectOption('items')
    await page.getByRole('listitem').filter({ hasText: 'long' }).first().waitFor()
    await eventually(() => page.locator('.session-id').first().textContent()).toBe('long')
    await page.getByLabel('Order').selectOption('oldest')
    await eventually(() => page.locator('.session-row time').first().textContent()).toMatch(/mo|d/)
    await page.getByLabel('Order').selectOption('activity')
  })

  test('finds sessions by id, and by what was said', async () => {
    await show('sessions')
    await page.getByRole('listitem').first().waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('does not switch on')
    await page.getByText('Nothing found').waitFor()
    await page.getByLabel('In messages').check()
    const hit = page.locator('.found-item', { hasText: 'The router does not switch on.' }).first()
    await hit.waitFor()
    const marks = await hit.locator('mark').allTextContents()
    expect(marks).toEqual(['does', 'not', 'switch', 'on'])
    await page.getByLabel('In messages').uncheck()
    await page.getByLabel('Search sessions').fill('%')
    await eventually(() => page.locator('.count').textContent()).toBe(String(hostile.length))
    await page.getByLabel('Search sessions').fill('')
  })

  test('keeps both what is typed and what is switched on before the text is searched for', async () => {
    await show('sessions')
    await page.getByLabel('Search sessions').fill('zebra')
    await page.getByLabel('In messages').check()
    await eventually(() => page.url()).toMatch(/\?q=zebra&in=messages$/)
    await page.getByLabel('Search sessions').fill('')
    await page.getByLabel('In messages').uncheck()
    await eventually(() => page.url()).toMatch(/sessions$/)
  })

  test('lists several hits under their session, and opens one at its row, marked', async () => {
    const store = new SessionStore<unknown>(driver)
    const said = (text: string) => ({ role: 'user', content: text })
    const filler = Array.from({ length: 300 }, (_, index) => said(`Line ${index}`))
    await store.append('zebras', [
      said('A zebra <b>grazes</b>'),
      ...filler,
      { type: 'function_call', callId: 'z', name: 'look', arguments: '{"for":"Zébra"}' },
      {
        type: 'function_call_result',
        callId: 'z',
        name: 'look',
        output: { type: 'text', text: 'no animal' },
      },
      said('Another zebra'),
      said('A zebra crossing'),
    ])
    await show('sessions')
    await page.getByLabel('In messages').check()
    await page.getByLabel('Search sessions').fill('zebra')
    await page.getByText('1 more in this session').waitFor()
    expect(await page.locator('.found-session').allTextContents()).toEqual(['zebras'])
    expect(await page.locator('.found-excerpt').allTextContents()).toEqual([
      'A zebra crossing',
      'Another zebra',
      'Zébra',
    ])
    expect(await page.locator('.found-excerpt mark').last().textContent()).toBe('Zébra')
    expect(await audit(page)).toEqual([])
    // The call, which is folded otherwise.
    await page.locator('.found-item').last().click()
    const marked = page.locator('.entry[aria-current]')
    await marked.getByText('"Zébra"').waitFor()
    await eventually(() => page.locator('.find-count').textContent()).toBe('2 of 4 items')
    await eventually(() => highlighted(page)).toContain('Zébra')
    await page.getByRole('button', { name: 'Next match' }).click()
    await eventually(() => marked.textContent()).toContain('Another zebra')
    await page.getByText('1 more in this session').click()
    await eventually(() => marked.textContent()).toContain('<b>grazes</b>')
    await eventually(() => page.locator('.find-count').textContent()).toBe('1 of 4 items')
    await page.reload()
    await eventually(() => page.locator('.find-count').textContent()).toBe('1 of 4 items')
    const search = page.getByLabel('Search sessions')
    expect(await search.inputValue()).toBe('zebra')
    // Another address in the same page, as on going back.
    await page.goto(`${base}#/database/sessions?q=crossing&in=messages`)
    await eventually(() => page.locator('.found-excerpt').allTextContents()).toEqual(['A zebra crossing'])
    expect(await search.inputValue()).toBe('crossing')
    expect(await audit(page)).toEqual([])
    await search.fill('')
    await page.getByLabel('In messages').uncheck()
    await store.clear('zebras')
  })

  test('finds in the whole conversation what is not in the page, in the place of the browser', async () => {
    await show('sessions', 'long')
    await page.getByRole('article').last().waitFor()
    await page.keyboard.press('Control+f')
    const find = page.getByLabel('Find in this session')
    await eventually(() => find.evaluate((input) => input === document.activeElement)).toBe(true)
    await page.keyboard.type('order A-1000')
    const count = page.locator('.find-count')
    await eventually(() => count.textContent()).toMatch(/^\d+ of [\d,]+ items$/)
    const at = async () => Number(/^\d+/.exec((await count.textContent()) ?? '')?.[0])
    const first = await at()
    await page.keyboard.press('Enter')
    await eventually(at).not.toBe(first)
    await page.keyboard.press('Shift+Enter')
    await eventually(at).toBe(first)
    await eventually(() => highlighted(page)).toContain('order')
    await find.fill('"A-1000 order"')
    await eventually(() => count.textContent()).toBe('No match')
    // What only fields and their structure hold is not what anybody said.
    await find.fill('function_call_result')
    await eventually(() => count.textContent()).toBe('No match')
    await page.keyboard.press('Escape')
    await find.waitFor({ state: 'detached' })
    expect(await highlighted(page)).toEqual([])
    await page.getByRole('article').last().waitFor()
  })

  test('forks from a turn, and copies the session as Markdown, and its items', async () => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const copied = () => page.evaluate(() => navigator.clipboard.readText())
    const store = new SessionStore<unknown>(driver)
    await store.append('to fork', [
      { role: 'user', content: 'One ```<script>ran("md")</script>' },
      { type: 'function_call', callId: 'f', name: 'look', arguments: '{"at":"it"}' },
      { type: 'function_call_result', callId: 'f', name: 'look', output: { type: 'text', text: 'seen ```' } },
      { role: 'user', content: 'Two' },
      { role: 'assistant', content: [{ type: 'output_text', text: 'Second answer' }] },
      { role: 'user', content: 'Three' },
    ])
    await show('sessions', 'to fork')
    const act = async (place: Locator, label: string) => {
      await place.getByRole('button', { name: /^Actions on/ }).click()
      await page.getByRole('menuitem', { name: label }).click()
    }
    const head = page.locator('.transcript-head')
    const entry = (text: string) => page.getByRole('article').filter({ hasText: text })
    await entry('Three').waitFor()
    await act(head, 'Copy as Markdown')
    await page.getByText('Markdown copied').waitFor()
    const markdown = await copied()
    expect(markdown).toMatch(/^# to fork\n\n## user, .*\n\nOne ```<script>ran\("md"\)<\/script>\n/)
    expect(markdown).toMatch(/### result: look, .*\n\n````\nseen ```\n````\n/)
    await act(entry('look'), 'Copy text')
    await page.getByText('Text copied').waitFor()
    expect(await copied()).toBe('look\n{"at":"it"}\nseen ```')
    await act(entry('look'), 'Copy JSON')
    await page.getByText('JSON copied').waitFor()
    expect((await copied()).split('\n').map((line) => JSON.parse(line).type)).toEqual([
      'function_call',
      'function_call_result',
    ])
    await act(entry('Two'), 'Copy link')
    await page.getByText('Link copied').waitFor()
    await page.goto(await copied())
    await page.locator('.entry[aria-current]', { hasText: 'Two' }).waitFor()
    // One Escape closes the menu, and nothing else.
    await head.getByRole('button', { name: /^Actions on/ }).click()
    await page.getByRole('menuitem').first().waitFor()
    await page.keyboard.press('ArrowDown')
    expect(await audit(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'detached' })
    await head.getByText('to fork').waitFor()
    await act(entry('Second answer'), 'Fork from this turn…')
    const dialog = page.getByRole('dialog', { name: 'Fork this session' })
    expect(await dialog.getByLabel(/^With turns/).inputValue()).toBe('2')
    expect(await audit(page)).toEqual([])
    await dialog.getByLabel('Id of the new session').fill('to fork')
    await dialog.getByRole('button', { name: 'Fork' }).click()
    await dialog.getByRole('alert').getByText('already exists').waitFor()
    await dialog.getByLabel('Id of the new session').fill('<b>forked</b>')
    await dialog.getByRole('button', { name: 'Fork' }).click()
    await page.getByRole('heading', { name: '<b>forked</b>' }).waitFor()
    const all = await store.read('to fork')
    expect(await store.read('<b>forked</b>')).toEqual(all.slice(0, 5))
    await store.clear('<b>forked</b>')
    await store.clear('to fork')
  })

  test('exports a session as the command line does', async () => {
    await show('sessions', hostile[0]!)
    await page.getByRole('article').first().waitFor()
    await page.getByRole('button', { name: 'Actions on this session' }).click()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Export as JSON Lines' }).click(),
    ])
    const run = promisify(execFile)
    const cli = createRequire(import.meta.url)
      .resolve('@persql/cli/package.json')
      .replace('package.json', 'dist/bin.js')
    const { stdout } = await run(process.execPath, [
      cli,
      'sessions',
      'export',
      hostile[0]!,
      '--db',
      inFolder('agents.db'),
    ])
    expect(await readFile(await file.path(), 'utf8')).toBe(stdout)
  })

  test('deletes a session ten seconds later, unless somebody undoes it or closes the page', async () => {
    const store = new SessionStore<unknown>(driver)
    const item = { role: 'user', content: 'Do not forget' }
    const row = (id: string) => tab.locator('.session-row', { hasText: id })
    const remove = async (id: string) => {
      await row(id).click()
      await tab.getByRole('article').first().waitFor()
      await tab.getByRole('button', { name: 'Actions on this session' }).click()
      await tab.getByRole('menuitem', { name: 'Delete' }).waitFor()
      // From here on the time of the page is that of the test.
      await tab.clock.pauseAt(await tab.evaluate(() => Date.now() + 1000))
      await tab.getByRole('menuitem', { name: 'Delete' }).click()
      await tab.clock.runFor(500)
      await tab.getByText(`“${id}” will be deleted`).waitFor()
      await row(id).waitFor({ state: 'detached' })
    }
    for (const id of ['gone <i>1</i>', 'kept 2', 'kept 3']) await store.append(id, [item])
    const other = await startConsole({ driver, name: 'agents.db' })
    const profile = await browser.newContext()
    const tab = await profile.newPage()
    await tab.clock.install()
    await tab.goto(other.url)
    await remove('kept 2')
    await tab.clock.runFor(9000)
    await tab.getByRole('button', { name: 'Undo' }).click()
    await tab.clock.resume()
    await row('kept 2').waitFor()
    await remove('gone <i>1</i>')
    expect(await audit(tab)).toEqual([])
    await tab.clock.runFor(9000)
    expect(await store.read('gone <i>1</i>')).toEqual([item])
    await tab.clock.runFor(500)
    await eventually(() => store.read('gone <i>1</i>')).toEqual([])
    await tab.clock.resume()
    await tab.getByRole('button', { name: 'Undo' }).waitFor({ state: 'detached' })
    await remove('kept 3')
    await profile.close()
    await other.close()
    for (const id of ['kept 2', 'kept 3']) {
      expect(await store.read(id)).toEqual([item])
      await store.clear(id)
    }
  })

  test('offers a console that only reads nothing that writes', async () => {
    const reading = await startConsole({ driver, name: 'agents.db', readOnly: true })
    const reader = await browser.newContext()
    const tab = await reader.newPage()
    await tab.goto(reading.url)
    await tab.locator('.session-row').first().click()
    await tab.getByRole('article').last().waitFor()
    const offered = async (name: string) => {
      await tab.getByRole('button', { name }).last().click()
      await tab.getByRole('menuitem').first().waitFor()
      const labels = await tab.getByRole('menuitem').allTextContents()
      await tab.keyboard.press('Escape')
      return labels.map((label) => label.trim())
    }
    expect(await offered('Actions on this session')).toEqual([
      'Copy id',
      'Copy as Markdown',
      'Export as JSON Lines',
    ])
    expect(await offered('Actions on this item')).toEqual(['Copy text', 'Copy JSON', 'Copy link'])
    await reader.close()
    await reading.close()
  })

  test('finds what was said however its JSON is written', async () => {
    const rows = [
      '{"role": "user", "content": "\\u5929\\u6c14, caf\\u00e9"}',
      JSON.stringify({
        type: 'function_call',
        call_id: 'c',
        name: 'map',
        arguments: '{"at":"the \\"old\\" town"}',
      }),
    ]
    await driver.batch([
      { sql: `insert into agent_sessions (session_id) values ('from-python')` },
      ...rows.map((row) => ({
        sql: `insert into agent_messages (session_id, message_data) values ('from-python', ?)`,
        params: [row],
      })),
    ])
    await show('sessions')
    await page.getByLabel('In messages').check()
    const search = page.getByLabel('Search sessions')
    for (const [text, found] of [
      ['天气', ['from-python']],
      ['no such 天气', []],
      ['CAFé', ['from-python']],
      ['no such café', []],
      ['the "old" town', ['from-python']],
    ] as const) {
      await search.fill(text)
      await eventually(() => page.locator('.session-id').allTextContents()).toEqual(found)
    }
    await page.getByLabel('In messages').uncheck()
    await search.fill('')
    await new SessionStore(driver).clear('from-python')
  })

  test('walks through the list and the turns with keys', async () => {
    await show('sessions')
    await page.getByRole('listitem').first().waitFor()
    await page.locator('.list-head h1').click()
    await page.keyboard.press('j')
    await page.locator('.session-row[aria-current]').waitFor()
    const first = page.url()
    await page.keyboard.press('j')
    await eventually(() => page.url()).not.toBe(first)
    await page.keyboard.press('k')
    await eventually(() => page.url()).toBe(first)
    await page.keyboard.press('Escape')
    await page.getByText('Pick a session').waitFor()
    await page.keyboard.press('5')
    await page.getByRole('button', { name: 'Run' }).waitFor()
    await page.locator('.sql-side h2').first().click()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await page.keyboard.press('Escape')
  })

  test('shows a conversation of 10,000 items at its end, and jumps to any turn', async () => {
    await show('sessions', 'long')
    await page.getByText('10,000 items').waitFor()
    await page.getByRole('article').last().waitFor()
    expect(await page.getByRole('article').count()).toBeLessThan(60)
    const end = page.locator('[aria-posinset]').and(page.locator(`article[aria-setsize]`)).last()
    const isAtEnd = () => end.evaluate((last) => last.ariaPosInSet === last.ariaSetSize)
    await eventually(isAtEnd).toBe(true)
    // What came later is older than what was shown first.
    expect(await page.locator('.unseen').count()).toBe(0)
    await page.getByRole('button', { name: /^Turn \d/ }).click()
    await page.getByLabel('Search turns').fill('order A-1000')
    await page.getByRole('button', { name: /^1\s*Where is my order A-1000/ }).click()
    await page.locator('.turn-mark', { hasText: /^Turn 1\D/ }).waitFor()
    await page.getByText('Where is my order A-1000?').first().waitFor()
    await page.keyboard.press('n')
    await eventually(() => page.locator('.turn-number').textContent()).toContain('Turn 2 of')
    await page.getByRole('button', { name: /^Turn \d/ }).click()
    await page.getByLabel('Search turns').fill('pay my 34 euros')
    const row = page.locator('.turn-row').nth(5)
    const number = await row.locator('.turn-index').textContent()
    await row.click()
    const mark = page.locator('.turn-mark', { hasText: new RegExp(`^Turn ${number}\\D`) })
    await mark.waitFor()
    const top = await page
      .locator('.transcript-scroll')
      .evaluate((element) => element.getBoundingClientRect().top)
    await eventually(async () => Math.abs((await mark.boundingBox())!.y - top)).toBeLessThan(40)
    await page.keyboard.press('Home')
    await page.keyboard.press('n')
    await eventually(() => page.locator('.turn-number').textContent()).toContain('Turn 2 of')
    await page.keyboard.press('p')
    await eventually(() => page.locator('.turn-number').textContent()).toContain('Turn 1 of')
    await page.keyboard.press('End')
    await eventually(isAtEnd).toBe(true)
  })

  test('shows tool calls folded, with arguments, results, failures, handoffs and what waits for approval', async () => {
    await show('sessions', 'long')
    const failed = page.getByRole('article').filter({ hasText: 'failed' }).last()
    await failed.waitFor()
    expect(await failed.getByText('Arguments').count()).toBe(0)
    await failed.getByRole('button', { name: /get_weather/ }).click()
    await failed.getByText('An error occurred while running the tool').waitFor()
    await failed.getByText('"place"').waitFor()
    const seen = [
      ['I was charged twice', page.getByText('Handoff to')],
      ['the rest can stay', page.getByText('no result yet')],
      ['Please pay my 13 euros', page.getByText('rejected')],
      ['on this picture', page.locator('img.stored-image')],
      ['And what is in it', page.locator('.markdown').locator('table, pre, ul').first()],
    ] as const
    for (const [said, shown] of seen) {
      await page.getByRole('button', { name: /^Turn \d/ }).click()
      await page.getByLabel('Search turns').fill(said)
      await page.locator('.turn-row').first().click()
      await shown.first().waitFor()
    }
  })

  test('opens an image in its size', async () => {
    await show('sessions', 'long')
    await page.getByRole('button', { name: /^Turn \d/ }).click()
    await page.getByLabel('Search turns').fill('on this picture')
    await page.locator('.turn-row').first().click()
    await page.getByRole('button', { name: 'Stored image' }).first().click()
    const dialog = page.getByRole('dialog', { name: 'Stored image' })
    await dialog.getByRole('img').waitFor()
    expect(await audit(page)).toEqual([])
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  test('shows the raw rows of an entry, and opens a link to it', async () => {
    await show('sessions', 'long')
    const call = page.getByRole('article').filter({ hasText: 'find_order' }).last()
    await call.waitFor()
    const row = await call.getAttribute('data-row')
    await call.getByRole('button', { name: 'Raw JSON' }).click()
    const dialog = page.getByRole('dialog', { name: 'Stored rows' })
    await dialog.getByText(`Row ${row}`, { exact: false }).waitFor()
    expect(await dialog.getByText('function_call_result').count()).toBeGreaterThan(0)
    await page.keyboard.press('Escape')
    await show('sessions')
    await show('sessions', 'long', row!)
    await page.locator(`[data-row="${row}"]`).waitFor()
  })

  test.each([
    ['around its row', 5000, undefined],
    ['around its row, close to the beginning', 3, undefined],
    ['from its beginning on, with what to find', 0, 'order'],
  ])('opens a link %s before all of the conversation is known', async (_, place, find) => {
    const [messages] = await driver.batch([
      {
        sql: `select id from agent_messages where session_id = 'long' and message_data ->> 'type' = 'message' order by id`,
      },
    ])
    const row = String(messages!.rows.find(([id]) => Number(id) >= Number(messages!.rows[0]![0]) + place)![0])
    const shown = page.locator(`.entry[data-row="${row}"]`)
    const marked = page.locator('.entry[aria-current="true"]')
    const topOf = async (entry: Locator) => (await entry.boundingBox())!.y
    let goOn = () => {}
    for (const isHeld of [true, false]) {
      await show('sessions')
      await page.locator('.conversation').waitFor({ state: 'detached' })
      const held = isHeld ? new Promise<void>((resolve) => (goOn = resolve)) : undefined
      await page.route('**/batch', async (route) => {
        if (route.request().postData()?.includes('limit 2000')) await held
        await route.continue()
      })
      const address = find === undefined ? `long/${row}` : `long?find=${find}`
      await page.goto(`${base}#/database/sessions/${address}`)
      await shown.locator('.card:not(.loading)').waitFor()
      if (isHeld) expect(await page.locator('.session-facts').count()).toBe(0)
      goOn()
      await page.locator('.session-facts').waitFor()
      if (find !== undefined) await page.getByText(/^1 of [\d,]+ items$/).waitFor()
      const { y } = (await page.locator('.transcript-scroll').boundingBox())!
      await eventually(async () => Math.abs((await topOf(marked)) - y)).toBeLessThan(40)
      if (find === undefined) expect(await marked.getAttribute('data-row')).toBe(row)
      expect(await page.locator('.unseen').count()).toBe(0)
      await page.unroute('**/batch')
    }
  })

  test('shows what an agent adds while somebody looks', async () => {
    const store = new SessionStore<unknown>(driver)
    await store.append('live', [{ role: 'user', content: 'First words' }])
    await show('sessions', 'live')
    await page.getByRole('article').getByText('First words').waitFor()
    await store.append('live', [
      { role: 'assistant', content: [{ type: 'output_text', text: 'Second words' }], status: 'completed' },
    ])
    await page.getByRole('article').getByText('Second words').waitFor()
    await store.replaceAll('live', [{ role: 'user', content: 'Rewritten' }])
    await page.getByRole('article').getByText('Rewritten').waitFor()
    await eventually(() => page.getByRole('article').count()).toBe(1)
    await store.clear('live')
  })

  test('says what is new below, when it is offline, and comes back by itself', async () => {
    const store = new SessionStore<unknown>(driver)
    const said = (text: string) => ({ role: 'user', content: text })
    await store.append(
      'busy',
      Array.from({ length: 60 }, (_, index) => said(`Line ${index}`)),
    )
    await show('sessions', 'busy')
    await eventually(() => page.title()).toBe('busy · Sessions · PerSQL')
    await page.getByRole('article').filter({ hasText: 'Line 59' }).waitFor()
    // Only the first of the messages without an answer begins a turn.
    expect(await page.locator('.turn-bar').count()).toBe(0)
    await page.keyboard.press('Home')
    await page.getByRole('article').filter({ hasText: 'Line 0' }).waitFor()
    await store.append('busy', [said('Line 60'), said('Line 61')])
    await page.getByRole('button', { name: '2 new' }).click()
    await page.getByRole('article').filter({ hasText: 'Line 61' }).waitFor()
    await eventually(() => page.getByRole('button', { name: /new$/ }).count()).toBe(0)

    await context.setOffline(true)
    await page.locator('.live', { hasText: 'Offline' }).waitFor()
    expect(await audit(page)).toEqual([])
    await store.append('busy', [said('Line 62')])
    await context.setOffline(false)
    await page.getByRole('article').filter({ hasText: 'Line 62' }).waitFor()
    await page.locator('.live', { hasText: 'Live' }).waitFor()
    incidents.splice(0, incidents.length, ...incidents.filter((text) => !text.includes('ERR_INTERNET')))
    await store.clear('busy')
  })

  test('says that a session is not there, until it is', async () => {
    const id = '<i>absent</i>'
    await show('sessions', id)
    await page.getByText('There is no such session').waitFor()
    await new SessionStore<unknown>(driver).append(id, [{ role: 'user', content: 'Here I am' }])
    await page.getByRole('article').filter({ hasText: 'Here I am' }).waitFor()
    await new SessionCatalog(driver).delete(id)
    await page.getByText('There is no such session').waitFor()
  })

  test('counts the turns right at the end', async () => {
    await show('sessions')
    await page.getByRole('listitem').first().waitFor()
    await show('sessions', 'long')
    await page.getByRole('article').last().waitFor()
    const pill = page.locator('.turn-number')
    await eventually(async () =>
      /^Turn (\d+) of \1(\d\d:\d\d)?$/.test((await pill.textContent()) ?? ''),
    ).toBe(true)
  })

  test('walks with keys as one step of the history, and restores the list', async () => {
    await show('insights')
    await page.getByText('on disk').waitFor()
    await show('sessions')
    const list = page.locator('.list-scroll')
    await page.getByRole('listitem').first().waitFor()
    await list.evaluate((element) => element.scrollTo(0, 2500))
    await eventually(() => page.evaluate(() => history.state?.list)).toBe(2500)
    await page.keyboard.press('4')
    await page.getByText('on disk').waitFor()
    await page.goBack()
    await eventually(() => list.evaluate((element) => element.scrollTop)).toBe(2500)
    await page.locator('.list-head h1').click()
    for (const _ of 'jjj') await page.keyboard.press('j')
    await page.getByRole('article').last().waitFor()
    await page.goBack()
    await page.getByText('Pick a session').waitFor()
  })

  test('draws what happened: items, sessions, tools and their failures, storage', async () => {
    await show('insights')
    await page.getByRole('row', { name: /get_weather.*%/ }).waitFor()
    await page.getByRole('row', { name: /transfer_to_Billing/ }).waitFor()
    const bars = await page.locator('.chart').first().locator('rect').count()
    expect(bars).toBe(30)
    await page.getByText('24 h').click()
    await eventually(() => page.locator('.chart').first().locator('rect').count()).toBe(24)
    await page.getByText('30 days').click()
    await eventually(() => page.locator('.chart').first().locator('rect').count()).toBe(30)
    await page.getByRole('link', { name: 'long' }).first().waitFor()
    await page.getByText('on disk').waitFor()
  })

  test('leads from a figure to the sessions behind it, and filters those that need attention', async () => {
    const count = async () => Number((await page.locator('.count').textContent())?.replace(/\D/g, '') || -1)
    await show('insights')
    const refund = page.getByRole('row', { name: /refund/ })
    await refund.getByRole('link', { name: 'refund' }).click()
    await page.getByRole('button', { name: 'Without refund' }).waitFor()
    await eventually(count).toBeGreaterThan(0)
    const all = await count()
    await page.goBack()
    await refund.getByRole('link').last().click()
    await eventually(() => page.getByLabel('Calls of tools').inputValue()).toBe('open')
    await eventually(async () => (await count()) > 0 && (await count()) < all).toBe(true)
    await page.locator('.session-row').first().click()
    await page.getByRole('article').last().waitFor()
    expect(page.url()).toContain('calls=open&tool=refund')
    await page.getByRole('button', { name: 'Without refund' }).click()
    await eventually(() => page.url()).not.toContain('refund')
    await page.getByLabel('Calls of tools').selectOption('failed')
    await eventually(() => page.url()).toContain('calls=failed')
    await eventually(count).toBeGreaterThan(0)
    expect(await audit(page)).toEqual([])
    await page.getByLabel('Calls of tools').selectOption('')
    await eventually(count).toBe(SESSIONS + hostile.length + 1)

    await show('insights')
    const plot = page.locator('.chart').nth(1).locator('svg')
    await plot.waitFor()
    const box = (await plot.boundingBox())!
    await page.mouse.click(box.x + box.width - 5, box.y + box.height / 2)
    const today = new Date().toISOString().slice(0, 10)
    await page.getByRole('button', { name: `Without ${today}` }).waitFor()
    await eventually(async () => (await count()) > 0 && (await count()) < SESSIONS).toBe(true)
    await page.getByRole('button', { name: `Without ${today}` }).click()
    await eventually(count).toBe(SESSIONS + hostile.length + 1)
  })

  const type = (sql: string) => typeSql(page, sql)

  test('runs SQL, several statements at once, and exports the result', async () => {
    await show('sql')
    await type(
      "select 'é,\"' as a, 1 as a, null as b, x'00ff' as c, 9007199254740993 as d; select count(*) as n from agent_sessions",
    )
    await page.keyboard.press('Control+Enter')
    await page.getByRole('gridcell', { name: String(SESSIONS + hostile.length + 1) }).waitFor()
    await page.getByRole('button', { name: '1', exact: true }).click()
    await page.getByRole('gridcell', { name: 'NULL' }).waitFor()
    const texts = []
    for (const name of ['CSV', 'JSON']) {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name, exact: true }).click(),
      ])
      texts.push(await readFile(await download.path(), 'utf8'))
    }
    expect(texts[0]).toBe('\ufeffa,a,b,c,d\r\n"é,""",1,,00ff,9007199254740993\r\n')
    expect(JSON.parse(texts[1]!)).toEqual([
      { a: 'é,"', a_2: 1, b: null, c: { $bytes: 'AP8=' }, d: { $bigint: '9007199254740993' } },
    ])
  })

  test('shows plans, completes names of the schema, and keeps queries', async () => {
    await show('sql')
    await type('select * from agent_messages where session_id = 1')
    await page.getByRole('button', { name: 'Plan' }).click()
    await page.getByText(/SEARCH agent_messages USING INDEX/).waitFor()
    await type('')
    await page.keyboard.type('select * from agent_s')
    await page.locator('.cm-tooltip-autocomplete').getByText('agent_sessions', { exact: true }).waitFor()
    await page.keyboard.press('Escape')
    await type('select 7 as seven')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByLabel('Name').fill('Lucky')
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.reload()
    await page.getByRole('button', { name: 'Lucky', exact: true }).click()
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByRole('gridcell', { name: '7' }).waitFor()
    await type('select 8 as draft')
    await page.reload()
    await page.locator('.cm-content').getByText('draft').waitFor()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'To a file' }).click(),
    ])
    const path = await file.path()
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual([{ name: 'Lucky', sql: 'select 7 as seven' }])
    await page.getByRole('button', { name: 'Forget Lucky' }).click()
    await page.getByLabel('From a file').setInputFiles(path)
    await page.getByRole('button', { name: 'Lucky', exact: true }).waitFor()
    await page
      .getByLabel('From a file')
      .setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('[{"name":1}]') })
    await page.getByText('This is no file of saved queries').waitFor()
    await page.getByRole('button', { name: 'Forget Lucky' }).click()
  })

  test('runs every query that is ready', async () => {
    await show('sql')
    const ready = page.locator('.sql-side section', { hasText: 'Ready to run' }).getByRole('button')
    await ready.first().waitFor()
    for (const button of await ready.all()) {
      await button.click()
      await page.getByRole('button', { name: 'Run' }).click()
      await page.getByText(/rows? in .* ms/).waitFor()
      expect(await page.getByRole('alert').count()).toBe(0)
    }
  })

  test('only reads until writing is switched on, which shows and ends with the view', async () => {
    await show('sql')
    await type('create table made (a)')
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByRole('alert').getByText('Switch on “Allow writing” to run it.').waitFor()
    await page.getByRole('switch', { name: 'Allow writing' }).check()
    await page.getByText('Statements change the database.').waitFor()
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByText('0 rows changed').waitFor()
    await page.getByRole('button', { name: 'made', exact: true }).waitFor()
    await show('sessions')
    await page.locator('.list-scroll').waitFor()
    await show('sql')
    expect(await page.getByRole('switch').isChecked()).toBe(false)
    await driver.batch([{ sql: 'drop table made' }])
    // The refusal was an answer with an error status, which browsers note.
    incidents.splice(0, incidents.length, ...incidents.filter((text) => !text.includes('status of 400')))
  })

  test('walks through a result of 100,000 rows with the keys', async () => {
    await show('sql')
    await type(
      'with recursive n (i) as (select 1 union all select i + 1 from n where i < 100000) select i, i * i as square from n',
    )
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByText('100,000 rows').waitFor()
    expect(await page.getByRole('gridcell').count()).toBeLessThan(200)
    await page.getByRole('grid').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('PageDown')
    await page.keyboard.press('ArrowRight')
    await page.locator('.is-active', { hasText: '441' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'square' }).getByText('441').waitFor()
    await page.keyboard.press('Escape')
  })

  test('runs nothing of what is stored, in any field of any view', async () => {
    expect(incidents).toEqual([])
    const known = new Set<string>()
    for (const id of hostile) {
      await show('sessions', id)
      await page.getByRole('heading', { level: 2, name: id.trim().replace(/\s+/g, ' ') }).waitFor()
      await page.getByRole('article').first().waitFor()
      await page.keyboard.press('Home')
      await page.locator('[aria-posinset="1"]').last().waitFor()
      // Opening some makes the list longer, so others come into sight.
      for (let step = 0; step < 3; step++) {
        await page.locator('.fold-button[aria-expanded="false"]').evaluateAll((buttons) => {
          for (const button of buttons) (button as HTMLElement).click()
        })
        await nextFrame(page)
        expect(await forbiddenElements(page)).toEqual([])
        await page.keyboard.press(step % 2 === 0 ? 'End' : 'Home')
        await page.getByRole('article').last().waitFor()
      }
      for (const text of await page
        .locator('a[target]')
        .evaluateAll((links) => links.map((a) => a.getAttribute('href')))) {
        known.add(new URL(text!).protocol)
      }
      await page.getByRole('button', { name: 'Raw JSON' }).last().click()
      await page.getByRole('dialog').waitFor()
      await page.keyboard.press('Escape')
      expect(await forbiddenElements(page)).toEqual([])
    }
    expect([...known]).toEqual(['https:'])

    await show('insights')
    await page
      .getByRole('row', { name: /onerror/ })
      .first()
      .waitFor()
    expect(await forbiddenElements(page)).toEqual([])

    await show('sql')
    await page.getByRole('button', { name: HOSTILE_TABLE, exact: true }).click()
    await page.getByText(HOSTILE_COLUMN).waitFor()
    await page.getByRole('button', { name: `Query ${HOSTILE_TABLE}` }).click()
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByText(`${PAYLOADS.length} rows`).waitFor()
    await page.getByRole('gridcell').first().dblclick()
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.cm-content').click()
    await page.keyboard.press('Control+a')
    await page.keyboard.type('select * from t')
    await page.locator('.cm-tooltip-autocomplete').waitFor()
    expect(await forbiddenElements(page)).toEqual([])
    await page.keyboard.press('Escape')
    expect(incidents).toEqual([])
  })

  test.each(['light', 'dark'] as const)(
    'has no serious finding of axe in any view, %s',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await show('sessions')
      await page.getByRole('listitem').first().waitFor()
      expect(await audit(page)).toEqual([])
      await show('sessions', 'long')
      await page
        .getByRole('button', { name: /get_weather/ })
        .last()
        .click()
      await page.getByText('Arguments').waitFor()
      expect(await audit(page)).toEqual([])
      await page.getByRole('button', { name: 'Raw JSON' }).last().click()
      await page.getByRole('dialog').waitFor()
      expect(await audit(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: /^Turn \d/ }).click()
      await page.getByRole('dialog').waitFor()
      expect(await audit(page)).toEqual([])
      await page.keyboard.press('Escape')
      await show('insights')
      await page.getByRole('row', { name: /get_weather/ }).waitFor()
      expect(await audit(page)).toEqual([])
      await show('sql')
      await page.getByRole('switch').check()
      await type('select * from agent_sessions limit 50')
      await page.getByRole('button', { name: 'Run' }).click()
      await page.getByRole('gridcell').first().waitFor()
      expect(await audit(page)).toEqual([])
    },
  )

  test('fits a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    for (const view of [['sessions'], ['sessions', 'long'], ['insights'], ['sql']]) {
      await show(...view)
      await page.getByRole('heading').first().waitFor({ state: 'attached' })
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(overflow).toBeLessThanOrEqual(0)
    }
    await show('sessions', 'long')
    await page.getByRole('article').last().waitFor()
    const isCut = (element: Element) => element.scrollWidth > element.clientWidth
    expect(await page.locator('.facts').evaluate(isCut)).toBe(false)
    await page.getByRole('button', { name: 'Raw JSON' }).last().click()
    const head = page.getByRole('dialog').locator('.raw-head').first()
    expect(await head.locator('span.muted').evaluate(isCut)).toBe(false)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Actions on this session' }).click()
    await page.getByRole('menuitem').first().waitFor()
    await page.setViewportSize({ width: 844, height: 390 })
    await page.getByRole('menu').waitFor({ state: 'detached' })
    await page.setViewportSize({ width: 390, height: 844 })
    await page.getByRole('link', { name: 'Back to the list' }).click()
    await page.getByRole('listitem').first().waitFor()
    expect(await audit(page)).toEqual([])
    expect(incidents).toEqual([])
  })
})

/** What is highlighted as found, in whichever element. */
function highlighted(page: Page): Promise<string[]> {
  return page.evaluate(() => [...(CSS.highlights.get('found') ?? [])].map(String))
}

/** Until what was clicked is drawn. */
function nextFrame(page: Page): Promise<unknown> {
  return page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
}

/** Elements that only markup of stored text could have made, and addresses that run something or lead outside. */
function forbiddenElements(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const forbidden =
      'iframe, object, embed, base, form[action], #app script, #app style, #app link, meta[http-equiv], math, details'
    const elements = [...document.querySelectorAll(forbidden)]
    const attributes = [...document.querySelectorAll('*')].filter((element) =>
      [...element.attributes].some(
        ({ name, value }) =>
          /^on/i.test(name) ||
          (/^(href|src|action|formaction|srcdoc)$/i.test(name) &&
            /^\s*(javascript|vbscript|data:text)/i.test(value)),
      ),
    )
    const images = [...document.images].filter(({ src }) => !/^(data:image\/|blob:)/.test(src))
    return [...elements, ...attributes, ...images].map((element) => element.outerHTML.slice(0, 200))
  })
}
