import { type Console, startConsole } from '@persql/console'
import { openMemory } from '@persql/context'
import { postgresDriver } from '@persql/driver-postgres'
import { RunCatalog, SessionCatalog, SessionStore, type SqlDriver } from '@persql/session-core'
import { pgliteDatabases } from '@persql/test-support/postgres-databases'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runAgents } from './support/agent-runs.ts'
import { audit } from './support/audit.ts'
import { CHROMIUM, launchBrowser, openWatched } from './support/browser.ts'
import { eventually } from './support/eventually.ts'
import { generateMemory } from './support/generate-memory.ts'
import { generateRuns } from './support/generate-runs.ts'
import { typeSql } from './support/type-sql.ts'

/** More than a page of the list. */
const SESSIONS = 70

describe.skipIf(!CHROMIUM)('the console of PostgreSQL, in Chromium (PERSQL_TEST_CHROMIUM)', () => {
  const databases = pgliteDatabases()
  let driver: SqlDriver
  let app: Console
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let incidents: string[]
  let base: string

  const show = async (...parts: string[]) => {
    await page.goto(`${base}#/database/${parts.map(encodeURIComponent).join('/')}`)
  }

  /** An answer with an error status, which browsers note. */
  const forget = (status: string) => {
    incidents.splice(
      0,
      incidents.length,
      ...incidents.filter((text) => !text.includes(`status of ${status}`)),
    )
  }

  beforeAll(async () => {
    driver = postgresDriver(await databases.urlOf('console'))
    await runAgents(driver, 'guest-', SESSIONS)
    await generateRuns(driver)
    const store = new SessionStore<object>(driver)
    // What PostgreSQL refuses as JSON, beside what is none at all.
    await store.append('odd', [
      { role: 'user', content: 'Half a pair: \ud83d, and a zero: \u0000' },
      { type: 'function_call', callId: 'odd', name: 'look', arguments: '{}' },
    ])
    await driver.batch([
      { sql: `insert into agent_messages (session_id, message_data) values ('odd', '{"cut')` },
    ])
    app = await startConsole({ driver, name: 'agents on PostgreSQL' })
    base = app.url.split('#')[0]!
    browser = await launchBrowser()
    context = await browser.newContext({ viewport: { width: 1440, height: 1000 } })
    context.setDefaultTimeout(60_000)
    ;({ page, incidents } = await openWatched(context, app.url))
    await page.getByRole('listitem').first().waitFor()
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    await app?.close()
    await driver?.close()
    await databases.close()
  })

  test('lists the sessions with their beginning, in every order, in pages', async () => {
    await show('sessions')
    const { sessions } = await new SessionCatalog(driver).list({ limit: 200 })
    await eventually(() => page.locator('.count').textContent()).toBe(String(sessions.length))
    await page.locator('.session-row', { hasText: 'Half a pair' }).waitFor()
    const list = page.locator('.list-scroll')
    const first = async () => {
      await list.evaluate((element) => element.scrollTo(0, 0))
      return page.locator('.session-id').first().textContent()
    }
    const last = async () => {
      await list.evaluate((element) => element.scrollTo(0, element.scrollHeight))
      return (await page.locator('.session-id').allTextContents()).at(-1)
    }
    await eventually(first).toBe('odd')
    await eventually(last).toBe('guest-0')
    await page.getByLabel('Order').selectOption('oldest')
    await eventually(first).toBe('guest-0')
    await eventually(last).toBe('odd')
    const byItems = sessions.toSorted(
      (a, b) => b.itemCount - a.itemCount || (a.sessionId < b.sessionId ? 1 : -1),
    )
    await page.getByLabel('Order').selectOption('items')
    await eventually(first).toBe(byItems[0]?.sessionId)
    await eventually(last).toBe(byItems.at(-1)?.sessionId)
    expect(await audit(page)).toEqual([])
    await page.getByLabel('Order').selectOption('activity')
  })

  test('finds sessions by id in either case, and what was said', async () => {
    await show('sessions')
    const search = page.getByLabel('Search sessions')
    await search.fill('GUEST-12')
    await eventually(() => page.locator('.session-id').allTextContents()).toEqual(['guest-12'])
    await search.fill('%')
    await page.getByText('Nothing found').waitFor()
    await page.getByLabel('In messages').check()
    await search.fill('does not switch on')
    const hit = page.locator('.found-item', { hasText: 'does not switch on.' }).first()
    await hit.waitFor()
    expect(await hit.locator('mark').allTextContents()).toEqual(['does', 'not', 'switch', 'on'])
    expect(await audit(page)).toEqual([])
    await search.fill('')
    await page.getByLabel('In messages').uncheck()
  })

  test('shows a conversation with its tools and turns, follows it, and finds in it', async () => {
    await show('sessions', 'guest-1')
    await page.getByRole('article').filter({ hasText: 'What is the weather in' }).waitFor()
    const tool = page.getByRole('button', { name: /get_weather/ })
    await tool.first().waitFor()
    expect(await page.locator('.entry', { hasText: 'get_weather' }).count()).toBe(2)
    await tool.last().click()
    await page.getByText('An error occurred while running the tool').first().waitFor()
    await page.keyboard.press('Control+f')
    await page.getByLabel('Find in this session').fill('welcome')
    await eventually(() => page.locator('.find-count').textContent()).toMatch(/^1 of 1 item/)
    await page.keyboard.press('Escape')
    await new SessionStore<object>(driver).append('guest-1', [{ role: 'user', content: 'One more thing' }])
    await page.getByRole('article').filter({ hasText: 'One more thing' }).waitFor()
    expect(await audit(page)).toEqual([])
  })

  test('shows what PostgreSQL cannot read as JSON, and what nobody can', async () => {
    await show('sessions', 'odd')
    await page.getByRole('article').filter({ hasText: 'Half a pair' }).waitFor()
    await page.getByRole('button', { name: /look/ }).waitFor()
    const unreadable = page.getByRole('article').filter({ hasText: 'does not hold a readable item' })
    await unreadable.waitFor()
    expect(await unreadable.count()).toBe(1)
    expect(await audit(page)).toEqual([])
  })

  test('forks a session, and deletes one unless somebody undoes it', async () => {
    const store = new SessionStore<object>(driver)
    const act = async (label: string) => {
      await page
        .locator('.transcript-head')
        .getByRole('button', { name: /^Actions on/ })
        .click()
      await page.getByRole('menuitem', { name: label }).click()
    }
    await show('sessions', 'guest-2')
    await page.clock.install()
    await page.reload()
    await page.getByRole('article').first().waitFor()
    await act('Fork…')
    const dialog = page.getByRole('dialog', { name: 'Fork this session' })
    await dialog.getByLabel('Id of the new session').fill('guest-3')
    await dialog.getByRole('button', { name: 'Fork' }).click()
    await dialog.getByRole('alert').getByText('already exists').waitFor()
    await dialog.getByLabel('Id of the new session').fill('forked')
    await dialog.getByRole('button', { name: 'Fork' }).click()
    await page.getByRole('heading', { name: 'forked' }).waitFor()
    forget('400')
    expect(await store.read('forked')).toEqual(await store.read('guest-2'))
    const row = page.locator('.session-row', { hasText: 'forked' })
    await page.getByRole('article').first().waitFor()
    await act('Delete')
    await row.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Undo' }).click()
    await row.click()
    await page.getByRole('article').first().waitFor()
    await act('Delete')
    await row.waitFor({ state: 'detached' })
    await page.clock.fastForward(10_000)
    await eventually(() => store.read('forked')).toEqual([])
    await page.getByText('“forked” will be deleted').waitFor({ state: 'detached' })
  })

  test('lists runs by status, shows their steps, and decides', async () => {
    const rows = () => page.locator('.session-id').allTextContents()
    await show('runs')
    await page.getByRole('link', { name: /lost-4/ }).waitFor()
    const byStatus = {
      lost: ['lost-4'],
      failed: ['broken-3'],
      running: [],
      done: ['refund-10', 'order-1000'],
    }
    for (const [status, expected] of Object.entries(byStatus)) {
      await page.getByLabel('Status').selectOption(status)
      await eventually(rows).toEqual(expected)
    }
    expect(await audit(page)).toEqual([])
    await show('runs', 'refund-10')
    await page.getByRole('button', { name: /Support find_order, get_weather, find_order/ }).waitFor()
    await page.getByRole('button', { name: /get_weather.*failed/ }).click()
    await page.locator('.step-body', { hasText: 'Please try again.' }).waitFor()
    expect(await audit(page)).toEqual([])
    await show('approvals')
    await eventually(rows).toEqual(['refund', 'refund', 'refund'])
    await page.keyboard.press('j')
    await page.getByText('"NO93 8601 1117 947"', { exact: true }).waitFor()
    await page.keyboard.press('a')
    await page.getByLabel('Who decides').fill('ann@example.com')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    const [decided] = await new RunCatalog(driver).approvals('refund-25')
    expect(decided).toMatchObject({ decision: 'approved', decidedBy: 'ann@example.com' })
  })

  test('draws what happened: items, sessions, tools and their failures, storage', async () => {
    await show('insights')
    const tool = page.getByRole('row', { name: /get_weather/ })
    await tool.waitFor()
    const cells = await tool.getByRole('cell').allTextContents()
    // Two calls, of which one fails, in every seventh session, and one that fails in each of two runs.
    expect(cells.slice(-4).map((cell) => Number.parseInt(cell, 10))).toEqual([
      (SESSIONS / 7) * 2 + 2,
      SESSIONS / 7 + 2,
      0,
      0,
    ])
    await page.getByText('24 h').click()
    await eventually(() => page.locator('.chart').first().locator('rect').count()).toBe(24)
    await page.getByText('on disk').waitFor()
    expect(await audit(page)).toEqual([])
  })

  const type = (sql: string) => typeSql(page, sql)

  test('runs SQL, shows plans as trees, and completes names of the schema', async () => {
    await show('sql')
    await type(
      `select count(*) as n from agent_sessions where session_id like 'guest-%'; select $$;$$ as semicolon`,
    )
    await page.keyboard.press('Control+Enter')
    await page.getByRole('gridcell', { name: ';', exact: true }).waitFor()
    await page.getByRole('button', { name: '1', exact: true }).click()
    await page.getByRole('gridcell', { name: String(SESSIONS), exact: true }).waitFor()
    await type('select message_data from agent_messages order by octet_length(message_data) limit 1')
    await page.getByRole('button', { name: 'Plan' }).click()
    await page.locator('.plan li li', { hasText: 'Seq Scan on agent_messages' }).first().waitFor()
    await page.getByText('reads all rows').waitFor()
    await type("select from agent_sessions where session_id = 'odd'")
    await page.getByRole('button', { name: 'Plan' }).click()
    await page
      .locator('.plan')
      .getByText(/agent_sessions/)
      .first()
      .waitFor()
    expect(await audit(page)).toEqual([])
    await type('')
    await page.keyboard.type('select * from agent_s')
    await page.locator('.cm-tooltip-autocomplete').getByText('agent_sessions', { exact: true }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'agent_messages', exact: true }).click()
    await page.locator('.columns', { hasText: 'message_data' }).getByText('bigint').waitFor()
  })

  test('runs every query that is ready', async () => {
    await show('sql')
    const ready = page.locator('.sql-side section', { hasText: 'Ready to run' }).getByRole('button')
    await ready.first().waitFor()
    const found: Record<string, string> = {}
    for (const button of await ready.all()) {
      await button.click()
      await page.getByRole('button', { name: 'Run', exact: true }).click()
      const summary = page.getByText(/rows? in .* ms/)
      await summary.waitFor()
      expect(await page.getByRole('alert').count()).toBe(0)
      found[(await button.textContent())!.trim()] = (await summary.textContent())!.split(' row')[0]!
    }
    expect(found).toMatchObject({
      'Failed tool calls': String(SESSIONS / 7 + 2),
      'Sessions without items': '0',
    })
    expect(Object.values(found).filter((rows) => rows === '0')).toHaveLength(1)
  })

  test('only reads until writing is switched on', async () => {
    expect(incidents).toEqual([])
    await show('sql')
    await type('create table made (a integer)')
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.getByRole('alert').getByText('read-only transaction').waitFor()
    await page.getByRole('switch').check()
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.getByText('0 rows changed').waitFor()
    await page.getByRole('button', { name: 'made', exact: true }).waitFor()
    await type('insert into made values (1), (2)')
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.getByText('2 rows changed').waitFor()
    forget('400')
    forget('403')
    expect(incidents).toEqual([])
  })

  test('shows what agents remember, recalls it as they do, and forgets', async () => {
    await generateMemory(driver)
    await driver.batch([
      {
        sql: `insert into ctx_episode (id, title, body, happened_at) values ('by-sql', 'By SQL', 'Cafés refunded', 1)`,
      },
    ])
    const rows = () => page.locator('.session-id').allTextContents()
    await page.reload()
    await show('memory')
    await eventually(rows).toContain('coffee')
    for (const [text, found] of [
      ['how do they take coffees?', ['coffee']],
      ['refunded NOT limit', ['By SQL', 'Refund for customer-7']],
      ['cafe', ['By SQL']],
    ] as const) {
      await page.getByRole('searchbox').fill(text)
      await eventually(rows).toEqual(found)
    }
    await page.getByRole('searchbox').fill('')
    const kind = page.getByLabel('Kind')
    await kind.selectOption('links')
    await eventually(rows).toEqual(['Checkout', 'Billing meter'])
    await kind.selectOption('working')
    await eventually(rows).toEqual(['draft', 'plan'])
    await show('memory', 'coffee')
    await page.getByRole('button', { name: 'Forget' }).click()
    await eventually(rows).not.toContain('coffee')
    await eventually(() => openMemory(driver).get('coffee')).toBeNull()
    expect(incidents).toEqual([])
  })

  test('refuses every write in a console that only reads', async () => {
    const other = await startConsole({ driver, name: 'agents', readOnly: true })
    const profile = await browser.newContext()
    const tab = await profile.newPage()
    await tab.goto(other.url)
    await tab.getByRole('listitem').first().waitFor()
    await tab.goto(`${other.url.split('#')[0]}#/database/sql`)
    await tab.locator('.cm-content').click()
    expect(await tab.getByRole('switch').count()).toBe(0)
    const refused = [
      'delete from made',
      'commit; delete from made',
      'explain analyze delete from made',
      'with gone as (delete from made returning a) select * from gone',
    ]
    for (const sql of refused) {
      await tab.keyboard.press('Control+a')
      await tab.keyboard.insertText(sql)
      await tab.keyboard.press('Control+Enter')
      await tab.getByRole('alert').waitFor()
      await tab.keyboard.press('Control+a')
      await tab.keyboard.insertText('select count(*) from made')
      await tab.keyboard.press('Control+Enter')
      await tab.getByRole('gridcell', { name: '2', exact: true }).waitFor()
    }
    await tab.goto(`${other.url.split('#')[0]}#/database/sessions/guest-4`)
    await tab.getByRole('button', { name: 'Actions on this session' }).click()
    await tab.getByRole('menuitem').first().waitFor()
    expect(await tab.getByRole('menuitem', { name: 'Delete' }).count()).toBe(0)
    await profile.close()
    await other.close()
  })
})
