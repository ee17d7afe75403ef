import { PerSQLSession } from '@persql/openai-agents'
import { PerSQL } from '@persql/sdk'
import { createServer } from '@persql/server'
import { RunCatalog, type SqlDriver, toSqlDriver } from '@persql/session-core'
import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { audit } from './support/audit.ts'
import { CHROMIUM } from './support/browser.ts'
import { checkViews } from './support/check-views.ts'
import { eventually } from './support/eventually.ts'
import { generateRuns, refundCall, runAgent } from './support/generate-runs.ts'
import { PAYLOADS } from './support/hostile.ts'
import { injected } from './support/injected.ts'
import { type OpenOptions, useConsoles } from './support/use-consoles.ts'

describe.skipIf(!CHROMIUM)('runs in the console, in Chromium (PERSQL_TEST_CHROMIUM)', () => {
  const consoles = useConsoles()
  let driver: SqlDriver
  let catalog: RunCatalog
  let page: Page
  let base: string

  beforeEach(async () => {
    driver = consoles.create()
    catalog = new RunCatalog(driver)
    await open()
  })

  async function open(options?: OpenOptions) {
    ;({ page, base } = await consoles.open(driver, options))
  }

  async function reopenReadOnly() {
    await open({ readOnly: true })
  }

  const show = (path: string) => page.goto(`${base}#/database/${path}`)
  const badge = () => page.locator('.badge').allTextContents()
  const rows = () => page.locator('.session-id').allTextContents()
  const openedRow = () => page.locator('.session-row[aria-current] .session-preview').allTextContents()

  test('says what to do where nothing has run yet, and shows what waits as soon as it does', async () => {
    for (const view of ['Runs', 'Approvals']) {
      await page.getByRole('link', { name: view }).click()
      await page.getByText('No runs yet').waitFor()
      await page.getByText('new RunStore(driver)').waitFor()
      expect(await audit(page)).toEqual([])
    }
    expect(await badge()).toEqual([])
    await runAgent(driver, 'refund-1', 'customer-7', [refundCall('call-1', 25)])
    await page.getByRole('link', { name: /25/ }).click()
    await page.getByText('"charged twice"', { exact: true }).waitFor()
    await eventually(badge).toEqual(['1'])
  })

  test('approves and rejects what waits, with a message, and goes on to the next', async () => {
    await generateRuns(driver)
    await show('approvals')
    await eventually(badge).toEqual(['3'])
    expect(await rows()).toEqual(['refund', 'refund', 'refund'])
    await page.keyboard.press('j')
    await eventually(openedRow).toEqual([expect.stringContaining('"amount":25')])
    await page.getByText('"NO93 8601 1117 947"', { exact: true }).waitFor()
    await page.keyboard.press('j')
    await eventually(openedRow).toEqual([expect.stringContaining('"amount":26')])
    await page.keyboard.press('k')
    await eventually(openedRow).toEqual([expect.stringContaining('"amount":25')])
    await page.getByText('"NO93 8601 1117 947"', { exact: true }).waitFor()

    await page.keyboard.press('r')
    const message = page.getByLabel('Message to the model')
    await message.fill('Not without a receipt.')
    await page.getByLabel('Who decides').fill('ann@example.com')
    expect(await audit(page)).toEqual([])
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect((await catalog.approvals('refund-25'))[0]).toMatchObject({
      callId: 'call-25',
      decision: 'rejected',
      message: 'Not without a receipt.',
      decidedBy: 'ann@example.com',
      always: false,
    })
    await eventually(openedRow).toEqual([expect.stringContaining('"amount":26')])
    await eventually(badge).toEqual(['2'])

    await page.keyboard.press('a')
    expect(await page.getByLabel('Who decides').inputValue()).toBe('ann@example.com')
    await page.getByLabel('Also for later calls').check()
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    const [, approved] = await catalog.approvals('refund-25')
    expect(approved).toMatchObject({ decision: 'approved', always: true, decidedBy: 'ann@example.com' })

    await eventually(openedRow).toEqual([expect.stringContaining('"amount":99')])
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
    await page.getByText('Nothing waits for approval').waitFor()
    await eventually(badge).toEqual([])
    const { finalOutput } = await runAgent(driver, 'refund-99', 'customer-8').catch(() => ({
      finalOutput: undefined,
    }))
    expect(finalOutput).toBeUndefined()
    expect((await catalog.steps('refund-99')).map(({ kind }) => kind)).toEqual(['model', 'decisions', 'tool'])
  })

  test('nothing is decided by a dialog that is closed, nor by a letter in a field', async () => {
    await runAgent(driver, 'refund-1', 'customer-7', [refundCall('call-1', 25)])
    await show('approvals/refund-1/call-1')
    await page.getByRole('button', { name: 'Reject' }).waitFor()
    await page.keyboard.press('a')
    await page.getByLabel('Note').fill('arar')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect((await catalog.approvals('refund-1'))[0]?.decision).toBeUndefined()
  })

  test('shows the decision of somebody who was first, and that a contrary one came too late', async () => {
    await runAgent(driver, 'refund-1', 'customer-7', [refundCall('call-1', 25), refundCall('call-2', 26)])
    await show('approvals/refund-1/call-1')
    await page.getByRole('button', { name: 'Approve' }).click()
    await catalog.decide('refund-1', 'call-1', { approve: false, by: 'Bob <b>', message: 'No.' })
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
    await page.getByText('Somebody else decided first').waitFor()
    await page.getByText('Rejected by Bob <b>').waitFor()
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0)
    await page.keyboard.press('a')
    expect(await page.getByRole('dialog').count()).toBe(0)

    await show('approvals/refund-1/call-2')
    await page.getByRole('button', { name: 'Approve' }).waitFor()
    await catalog.decide('refund-1', 'call-2', { approve: true, by: 'Eve' })
    await page.getByText('Approved by Eve').waitFor()
    await catalog.delete('refund-1')
    await show('approvals/refund-1/gone')
    await page.getByText('No such call').waitFor()
  })

  test('a console that only reads shows what waits, and does not offer to decide', async () => {
    await runAgent(driver, 'refund-1', 'customer-7', [refundCall('call-1', 25)])
    await reopenReadOnly()
    await show('approvals/refund-1/call-1')
    await page.getByText('You may only read here').waitFor()
    expect(await page.getByRole('button', { name: /Approve|Reject/ }).count()).toBe(0)
    await page.keyboard.press('a')
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(await audit(page)).toEqual([])
  })

  test('lists runs by status, a lost one as such, and leads from a session to its runs and back', async () => {
    await generateRuns(driver)
    await show('runs')
    await page.getByRole('link', { name: /lost-4/ }).waitFor()
    expect(await rows()).toEqual([
      'refund-99',
      'refund-25',
      'cancelled-5',
      'lost-4',
      'broken-3',
      'refund-10',
      'order-1000',
    ])
    const byStatus: Record<string, string[]> = {
      lost: ['lost-4'],
      waiting: ['refund-99', 'refund-25'],
      failed: ['broken-3'],
      cancelled: ['cancelled-5'],
      done: ['refund-10', 'order-1000'],
      running: [],
    }
    for (const [status, expected] of Object.entries(byStatus)) {
      await page.getByLabel('Status').selectOption(status)
      await eventually(rows).toEqual(expected)
    }
    await page.getByText('No such runs').waitFor()

    await show('sessions/customer-8')
    await page.getByRole('link', { name: 'Runs 2' }).click()
    await eventually(rows).toEqual(['refund-99', 'refund-10'])
    await page.keyboard.press('j')
    await page.getByRole('heading', { name: 'refund-99' }).waitFor()
    await page.getByRole('link', { name: 'customer-8', exact: true }).click()
    await page.getByRole('article').first().waitFor()
    await page.goBack()
    await eventually(rows).toEqual(['refund-99', 'refund-10'])
    await page.getByRole('link', { name: 'Show the runs of all sessions' }).click()
    await eventually(async () => (await rows()).length).toBe(7)
  })

  test('shows the steps over time: parallel calls, what failed, what was decided and what was replayed', async () => {
    await generateRuns(driver)
    const began = `(select min(started_at) from agent_run_steps where run_id = 'refund-10') + 1`
    await driver.batch(
      Object.entries({ 'call-1': 40, 'call-2': 20, 'call-3': 30 }).map(([call, ms]) => ({
        sql: `update agent_run_steps set started_at = ${began}, ended_at = ${began} + ?
          where run_id = 'refund-10' and key = ?`,
        params: [ms, `tool ${call}`],
      })),
    )
    await show('runs/refund-10')
    const step = (name: RegExp) => page.getByRole('button', { name })
    await step(/Support find_order, get_weather, find_order/).waitFor()
    expect(await page.locator('.step-name').allTextContents()).toEqual([
      'Support',
      'find_order',
      'find_order',
      'get_weather',
      'Support',
      'Decisions',
      'refund',
      'Support',
    ])
    const bars = await page
      .locator('.is-tool .step-bar')
      .evaluateAll((found) => found.map((bar) => bar.getBoundingClientRect()))
    const [first, second, third] = bars
    expect([second!.left, third!.left]).toEqual([first!.left, first!.left])
    expect(first!.width).toBeGreaterThan(second!.width)
    expect(second!.width).toBeGreaterThan(third!.width)
    expect(await step(/get_weather.*failed/).count()).toBe(1)
    expect(await page.locator('.step-tags', { hasText: 'replayed' }).count()).toBe(5)
    await page.getByText('Attempt 2 went on here: 5 steps replayed').waitFor()
    await page.getByText('Approved by ann@example.com').waitFor()
    await page.getByText('Seen the receipt.').waitFor()
    await step(/get_weather.*failed/).click()
    await page.locator('.step-body', { hasText: 'Please try again.' }).waitFor()
    await page.getByText('10 euros are on their way.', { exact: true }).last().waitFor()
    expect(await audit(page)).toEqual([])

    await show('runs/lost-4')
    await page.getByText('The process that worked on it has died').waitFor()
    await step(/pay no result/).click()
    await page.getByText('nobody knows whether it was').waitFor()
    await show('runs/broken-3')
    await page.getByRole('alert').getByText(/Error/).waitFor()
    await show('runs/none')
    await page.getByText('No such run').waitFor()
  })

  test('follows a run that goes on', async () => {
    await runAgent(driver, 'refund-1', 'customer-7', [refundCall('call-1', 25)])
    await show('runs/refund-1')
    await page.getByText('waits').waitFor()
    await page
      .getByRole('region', { name: 'Run refund-1' })
      .getByRole('link', { name: /refund/ })
      .click()
    await page.getByRole('button', { name: 'Approve' }).waitFor()
    await page.goBack()
    await catalog.decide('refund-1', 'call-1', { approve: true })
    await page.getByText('Approved, now').waitFor()
    await runAgent(driver, 'refund-1', 'customer-7').catch(() => {})
    await page.getByText('Attempt 2 went on here').waitFor()
    await eventually(() => page.locator('.transcript-head .tag').textContent()).toBe('failed')
  })

  test('stored text stays text, however long and in whichever direction', async () => {
    const texts = [
      ...PAYLOADS,
      'x'.repeat(50_000),
      '\u202e\u2066rtl \u05d0\u05d1 \u0001\u0007\u001b[31m\r\n',
      '{"a":',
      '',
    ]
    const session = new PerSQLSession('s', driver)
    await runAgent(driver, 'first', 's', [refundCall('call', 1)])
    await session.clearSession()
    for (const [index, text] of texts.entries()) {
      const id = `${index}/${text.slice(0, 200)}`
      await driver.batch([
        {
          sql: `insert into agent_runs select ?, 'waiting', ?, ?, ?, ?, ?, ?, ?, ?, ?, history_row, 0, 2, null, 0,
            created_at, updated_at, null from agent_runs where run_id = 'first'`,
          params: [id, text, text, text, text, text, text, text, text, text],
        },
        {
          sql: `insert into agent_run_steps select ?, key || '/' || ?, step, ?, ?, ?, ?, ?, started_at, ended_at, fence
            from agent_run_steps where run_id = 'first'`,
          params: [id, text, index % 2 ? 'tool' : 'model', text, text, text, text],
        },
        {
          sql: `insert into agent_run_approvals select ?, ?, ?, ?, ?, asked_at, null, 0, ?, ?, null, null
            from agent_run_approvals where run_id = 'first'`,
          params: [id, `call ${id}`, text, text, text, text, text],
        },
      ])
    }
    await show('runs')
    await eventually(async () => (await rows()).length).toBe(texts.length + 1)
    for (const index of texts.keys()) {
      const id = `${index}/${texts[index]!.slice(0, 200)}`
      await show(`runs/${encodeURIComponent(id)}`)
      await page.locator('.step-head').click()
      await page.locator('.step-body .json, .step-body .muted').first().waitFor()
      expect(await injected(page)).toEqual([])
      await show(`approvals/${encodeURIComponent(id)}/${encodeURIComponent(`call ${id}`)}`)
      await page.getByText('Arguments').waitFor()
      expect(await injected(page)).toEqual([])
      // However long the name of the agent is.
      const facts = page.locator('.facts', { hasText: 'asked' })
      const [line, asked] = await Promise.all([
        facts.boundingBox(),
        facts.locator('span', { hasText: 'asked' }).boundingBox(),
      ])
      expect(asked!.y).toBeLessThan(line!.y + line!.height)
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(overflow).toBeLessThanOrEqual(0)
    }
    await page.keyboard.press('a')
    await page.getByRole('dialog').waitFor()
    expect(await injected(page)).toEqual([])
    await page.keyboard.press('Escape')
    await show('sessions')
    expect(await audit(page)).toEqual([])
  })

  test.each(['light', 'dark'] as const)(
    'has no serious finding of axe and fits a phone, %s',
    async (colorScheme) => {
      await generateRuns(driver)
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const views = ['runs', 'runs/refund-10', 'runs/lost-4', 'runs/broken-3', 'approvals']
      const calls = ['approvals/refund-25/call-25', 'approvals/refund-10/call-10']
      await checkViews(page, show, [...views, ...calls])
    },
  )

  test('over a server: tokens decide what they may, and no more', async () => {
    const server = await createServer({ data: consoles.inFolder('server'), port: 0, namespace: 'acme' })
    const persql = new PerSQL({ token: server.adminToken!, baseURL: server.url })
    await persql.databases.create('Main')
    const remote = toSqlDriver(persql.database('acme/main'))
    await runAgent(remote, 'refund-1', 'customer-7', [refundCall('call-1', 25)])
    const visit = async (token: string) => {
      const visitor = await consoles.visit(server.url, token)
      await visitor.goto(`${server.url}/console/#/main/approvals/refund-1/call-1`)
      return visitor
    }
    const reader = await persql.tokens.create('reader', { role: 'readonly', database: 'main' })
    const reading = await visit(reader.token)
    await reading.getByText('You may only read here').waitFor()
    await reading.context().close()

    const elsewhere = await persql.tokens.create('sessions', {
      role: 'readwrite',
      database: 'main',
      tableScope: ['agent_sessions', 'agent_messages'],
    })
    const scoped = await visit(elsewhere.token)
    await scoped.getByText('No runs yet').waitFor()
    await scoped.context().close()

    const writer = await persql.tokens.create('writer', { role: 'readwrite', database: 'main' })
    const writing = await visit(writer.token)
    await writing.getByRole('button', { name: 'Approve' }).click()
    await writing.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
    await writing.getByText('Nothing waits for approval').waitFor()
    expect(await new RunCatalog(remote).approvals('refund-1')).toMatchObject([{ decision: 'approved' }])
    await writing.context().close()
    await server.close()
  })
})
