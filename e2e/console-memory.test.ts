import { type MemoryStore, openMemory } from '@persql/context'
import { PerSQL } from '@persql/sdk'
import { createServer } from '@persql/server'
import { SessionStore, type SqlDriver, toSqlDriver } from '@persql/session-core'
import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { audit } from './support/audit.ts'
import { CHROMIUM } from './support/browser.ts'
import { checkViews } from './support/check-views.ts'
import { eventually } from './support/eventually.ts'
import { generateMemory } from './support/generate-memory.ts'
import { PAYLOADS } from './support/hostile.ts'
import { injected } from './support/injected.ts'
import { type OpenOptions, useConsoles } from './support/use-consoles.ts'

describe.skipIf(!CHROMIUM)('memory in the console, in Chromium (PERSQL_TEST_CHROMIUM)', () => {
  const consoles = useConsoles()
  let driver: SqlDriver
  let memory: MemoryStore
  let page: Page
  let base: string

  beforeEach(async () => {
    driver = consoles.create()
    memory = openMemory(driver, { source: 'assistant' })
  })

  async function open(options?: OpenOptions) {
    ;({ page, base } = await consoles.open(driver, options))
  }

  const show = (path: string) => page.goto(`${base}#/database/${path}`)
  const rows = () => page.locator('.session-id').allTextContents()
  const marks = () => page.locator('.session-row mark').allTextContents()
  const forget = () => page.getByRole('button', { name: 'Forget' })
  const undo = () => page.getByRole('button', { name: 'Undo' })
  const heading = (name: string) => page.getByRole('heading', { name, exact: true }).waitFor()

  test('is listed only where something is remembered, and appears in its place as soon as it is', async () => {
    await open()
    await page.getByRole('link', { name: 'Insights' }).waitFor()
    expect(await page.getByRole('link', { name: 'Memory' }).count()).toBe(0)
    await show('memory')
    await page.getByText('Nothing is remembered yet').waitFor()
    expect(await audit(page)).toEqual([])
    await memory.remember({ name: 'coffee', body: 'Oat flat white' })
    await page.getByRole('link', { name: /coffee/ }).waitFor()
    await page.getByRole('link', { name: 'Memory' }).waitFor()
    await show('sessions')
    await page.keyboard.press('4')
    await eventually(rows).toEqual(['coffee'])
  })

  test('lists facts, episodes, links and working memory, each with all that is known of it', async () => {
    await generateMemory(driver)
    await open()
    await page.getByRole('link', { name: 'Memory' }).click()
    await eventually(async () => (await rows()).slice(0, 2)).toEqual([
      'Refund for customer-7',
      'refund-limit',
    ])
    const kind = page.getByLabel('Kind')
    await kind.selectOption('facts')
    await eventually(rows).toEqual(['refund-limit', 'coffee', 'runbook', 'tone'])
    await page.keyboard.press('j')
    await heading('refund-limit')
    await page.keyboard.press('j')
    await heading('coffee')
    await page.locator('.memory-text', { hasText: 'Oat flat white' }).waitFor()
    expect(page.url()).toContain('memory/coffee?kind=facts')
    await page.locator('.session-row[aria-current]').focus()
    await page.keyboard.press('ArrowDown')
    await heading('runbook')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowUp')
    await heading('refund-limit')
    expect(await page.locator('.session-row:focus').getAttribute('aria-current')).toBe('true')
    await page.locator('.detail-scroll').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Escape')
    await page.getByText('Pick a memory').waitFor()
    expect(page.url()).toContain('memory?kind=facts')

    await kind.selectOption('episodes')
    await eventually(rows).toEqual(['Refund for customer-7', 'Deploy of checkout'])
    await kind.selectOption('links')
    await eventually(rows).toEqual(['Checkout', 'Billing meter'])
    await page.getByRole('link', { name: /Checkout/ }).click()
    await heading('Checkout depends on Billing meter')
    await page.getByRole('link', { name: 'Billing meter', exact: true }).click()
    await eventually(() => page.getByRole('searchbox').inputValue()).toBe('Billing meter')
    await page.getByRole('searchbox').fill('priya')
    await eventually(rows).toEqual(['Billing meter'])
    expect(page.url()).toContain('kind=links&q=priya')
    await kind.selectOption('working')
    await eventually(rows).toEqual(['draft', 'plan'])
    await page.getByRole('link', { name: /plan/ }).click()
    await page.getByText('"look up the order"', { exact: true }).waitFor()
    await page.getByRole('searchbox').fill('run-2')
    await eventually(rows).toEqual(['draft'])
    await page.reload()
    await eventually(rows).toEqual(['draft'])
    await heading('plan')
    await show('memory/none')
    await page.getByText('No such memory').waitFor()
  })

  test('recalls as an agent does, by what the address says, and writes nothing', async () => {
    await generateMemory(driver)
    await driver.batch([
      {
        sql: `insert into ctx_episode (id, title, body, happened_at) values ('by-sql', 'By SQL', 'Cafés refunded', 1)`,
      },
    ])
    await open()
    await show('memory')
    await page.getByRole('link', { name: /coffee/ }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('how do they take coffee?')
    await eventually(async () => (await rows())[0]).toBe('coffee')
    await eventually(marks).toContain('coffee')
    expect(page.url()).toContain('memory?q=how+do+they+take+coffee')
    await page.getByRole('searchbox').fill('refunded NOT limit')
    await eventually(rows).toEqual(['By SQL', 'Refund for customer-7'])
    await page.getByRole('searchbox').fill('cafe')
    await eventually(rows).toEqual(['By SQL'])
    await page.getByRole('link', { name: /By SQL/ }).click()
    await heading('By SQL')
    await page.getByRole('searchbox').fill('"no such phrase"')
    await page.getByText('Nothing found').waitFor()
    const [unindexed] = await driver.batch([{ sql: 'select count(*) from ctx_unindexed' }])
    expect(unindexed!.rows).toEqual([[1]])
  })

  test('shows the place that was found, where it is far from the beginning', async () => {
    await generateMemory(driver)
    await driver.batch([
      {
        sql: `insert into ctx_episode (id, title, body, happened_at) values ('late', 'Late', ?, 1)`,
        params: [`${'One thing after another, '.repeat(20)}then the pangolin came`],
      },
    ])
    await open()
    await show('memory?q=pangolin')
    await eventually(rows).toEqual(['Late'])
    expect(await page.locator('.session-preview').textContent()).toBe('…other, then the pangolin came')
    const [line, mark] = await Promise.all(
      ['.session-preview', '.session-preview mark'].map((name) => page.locator(name).boundingBox()),
    )
    expect(mark!.x + mark!.width).toBeLessThan(line!.x + line!.width)
  })

  test('leads to the session and the rows from which a memory comes, and to its run', async () => {
    await generateMemory(driver)
    await open()
    await show('memory/coffee')
    await page.getByRole('link', { name: 'customer-7', exact: true }).click()
    await page.getByRole('article').getByText('An oat flat white, please.').waitFor()
    await page.goBack()
    await page.getByText('assistant', { exact: true }).waitFor()
    await show('memory?kind=episodes')
    await page.getByRole('link', { name: /Refund for customer-7/ }).click()
    await page.getByRole('link', { name: '1 to 2' }).click()
    await page.locator('article[aria-current]', { hasText: 'An oat flat white' }).waitFor()
    await show('memory/tone')
    await page.getByText('No session is noted').waitFor()
  })

  test('forgets after ten seconds, in which that can be undone, and of every kind', async () => {
    await generateMemory(driver)
    await open()
    await show('memory/coffee?kind=facts')
    await forget().click()
    await page.getByText('“coffee” will be forgotten').waitFor()
    await eventually(rows).toEqual(['refund-limit', 'runbook', 'tone'])
    await undo().click()
    await eventually(rows).toEqual(['refund-limit', 'coffee', 'runbook', 'tone'])
    await page.goto('about:blank')
    expect(await memory.get('coffee')).not.toBeNull()

    const opened = [
      'memory/coffee?kind=facts',
      'memory/Checkout/depends%20on/Billing%20meter?kind=links',
      'memory/run-1/plan?kind=working',
    ]
    await show(opened[0]!)
    for (const path of opened) {
      await show(path)
      await forget().click()
      await forget().waitFor({ state: 'detached' })
    }
    await eventually(() => memory.get('coffee')).toBeNull()
    await eventually(async () => (await memory.links()).length).toBe(1)
    await eventually(() => memory.working('run-1').entries()).toEqual([])
    expect(await memory.recall('flat white', { kinds: ['fact'] })).toEqual([])
    await show('memory/coffee')
    await page.getByText('No such memory').waitFor()
  })

  test('stored text stays text, however long and in whichever direction', async () => {
    const texts = [
      ...PAYLOADS,
      'x'.repeat(50_000),
      '\u202e\u2066rtl \u05d0\u05d1 \u0001\u0007\u001b[31m\r\n',
      '{"a":',
    ]
    for (const [index, text] of texts.entries()) {
      const id = `${index}/${text.slice(0, 200)}`
      await memory.remember({ name: id, description: text, body: text, sessionId: id })
      await driver.batch([
        {
          sql: `insert into ctx_episode (id, title, body, outcome, session_id, run_id, source, happened_at)
            values (?, ?, ?, ?, ?, ?, ?, 1)`,
          params: [`e ${id}`, text, text, text, text, text, text],
        },
        { sql: 'update ctx_memory set type = ?, source = ? where name = ?', params: [text, text, id] },
        { sql: `insert into ctx_working values (?, ?, ?, 9e15)`, params: [id, text, text] },
        { sql: `insert or ignore into ctx_entity values (?, ?, 1)`, params: [id, text] },
        { sql: `insert into ctx_edge values (?, ?, ?, ?, 1)`, params: [id, text, id, text] },
      ])
    }
    await open()
    for (const [index, text] of texts.entries()) {
      const id = `${index}/${text.slice(0, 200)}`
      const opened = [
        [[id], 'all'],
        [[`e ${id}`], 'all'],
        [[id, text], 'working'],
      ] as const
      for (const [path, kind] of opened) {
        if (path.join('').length > 10_000) continue
        await show(`memory/${path.map(encodeURIComponent).join('/')}?kind=${kind}`)
        await page.locator('.detail').waitFor()
        expect(await injected(page)).toEqual([])
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        expect(overflow).toBeLessThanOrEqual(0)
      }
    }
    for (const kind of ['all', 'facts', 'episodes', 'links', 'working']) {
      await show(`memory?kind=${kind}`)
      await page.locator('.session-row').first().waitFor()
      expect(await injected(page)).toEqual([])
    }
    await page.getByRole('searchbox').fill(PAYLOADS[0])
    await page.locator('.session-row, .empty').first().waitFor()
    expect(await injected(page)).toEqual([])
  })

  test('a console that only reads shows and recalls, and does not offer to forget', async () => {
    await generateMemory(driver)
    await open({ readOnly: true })
    await show('memory/coffee?q=coffee')
    await page.getByText('Oat flat white').last().waitFor()
    await eventually(async () => (await rows())[0]).toBe('coffee')
    expect(await forget().count()).toBe(0)
  })

  test.each(['light', 'dark'] as const)(
    'has no serious finding of axe and fits a phone, %s',
    async (colorScheme) => {
      await generateMemory(driver)
      await open()
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await checkViews(page, show, [
        'memory',
        'memory?q=coffee',
        'memory/coffee',
        'memory/Checkout/depends%20on/Billing%20meter?kind=links',
        'memory/run-1/plan?kind=working',
      ])
    },
  )

  test('over a server: tokens forget what they may, and no more', async () => {
    await open()
    const server = await createServer({ data: consoles.inFolder('server'), port: 0, namespace: 'acme' })
    const persql = new PerSQL({ token: server.adminToken!, baseURL: server.url })
    await persql.databases.create('Main')
    const handle = persql.database('acme/main')
    await new SessionStore(toSqlDriver(handle)).append('s', [{ role: 'user', content: 'Hi' }])
    const remote = openMemory(handle)
    await remote.remember({ name: 'coffee', body: 'Oat flat white' })
    const visit = async (role: 'readonly' | 'readwrite') => {
      const { token } = await persql.tokens.create(role, { role, database: 'main' })
      const visitor = await consoles.visit(server.url, token)
      await visitor.goto(`${server.url}/console/#/main/memory/coffee?q=white`)
      await visitor.getByText('Where it comes from').waitFor()
      await visitor.locator('.session-row mark').waitFor()
      return visitor
    }
    const reading = await visit('readonly')
    expect(await reading.getByRole('button', { name: 'Forget' }).count()).toBe(0)
    await reading.context().close()
    const writing = await visit('readwrite')
    await writing.getByRole('button', { name: 'Forget' }).click()
    await eventually(() => remote.get('coffee')).toBeNull()
    await writing.context().close()
    await server.close()
  })
})
