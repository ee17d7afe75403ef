import type { Page } from 'playwright-core'

/** Leads to a view of the database that is shown; to the console's own address without one. */
type Go = (path?: string) => Promise<unknown>

/** Brings a page to what its picture shows, at any width. */
type Prepare = (page: Page, go: Go) => Promise<unknown>

export type Pictures = Readonly<Record<string, Prepare>>

/** Of the console of a file with sessions, runs, memory and usage. */
export const LOCAL_PICTURES: Pictures = {
  sessions: at('sessions', '.session-row'),
  filters: at('sessions?calls=failed&days=30', '.session-row'),
  search: at('sessions?q=pay+back&in=messages', '.found-item'),
  'search-nothing': at('sessions?q=no+such+words&in=messages', '.empty'),
  async found(page, go) {
    await go('sessions?q=pay+back&in=messages')
    await page.locator('.found-item').nth(1).click()
    await page.locator('.find-count', { hasText: 'of' }).waitFor()
  },
  async conversation(page, go) {
    await toTurn(page, go, 'order A-1028')
    await page.getByRole('article').getByRole('table').first().waitFor()
  },
  async transcript(page, go) {
    await toTurn(page, go, 'pay my 20 euros')
    await page
      .getByRole('button', { name: /refund/ })
      .first()
      .click()
  },
  async find(page, go) {
    await go('sessions/customer-long')
    await page.getByRole('article').last().waitFor()
    await page.keyboard.press('Control+f')
    await page.getByLabel('Find in this session').fill('shipped')
    await page.locator('.find-count', { hasText: 'of' }).waitFor()
  },
  async turns(page, go) {
    await go('sessions/customer-long')
    await page.getByRole('button', { name: /^Turn/ }).click()
    await page.locator('.turn-row').first().waitFor()
  },
  async image(page, go) {
    await toTurn(page, go, 'on this picture')
    await page.getByRole('button', { name: 'Stored image' }).first().click()
    await page.getByRole('dialog').getByRole('img').waitFor()
  },
  async raw(page, go) {
    await toTurn(page, go, 'pay my 20 euros')
    await page
      .getByRole('article')
      .filter({ hasText: 'refund' })
      .first()
      .getByRole('button', { name: 'Raw JSON' })
      .click()
    await page.getByRole('dialog').locator('.json').first().waitFor()
  },
  'session-menu': toMenu,
  async fork(page, go) {
    await toMenu(page, go)
    await page.getByRole('menuitem', { name: 'Fork…' }).click()
    await page.getByRole('dialog').waitFor()
  },
  async delete(page, go) {
    await toMenu(page, go)
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByRole('button', { name: 'Undo' }).waitFor()
  },
  async 'item-menu'(page, go) {
    await toTurn(page, go, 'pay my 20 euros')
    await page.getByRole('button', { name: 'Actions on this item' }).nth(2).click()
    await page.getByRole('menu').waitFor()
  },
  async 'session-tokens'(page, go) {
    await go('sessions/customer-8')
    await page.getByRole('button', { name: /tokens/ }).click()
    await page.getByRole('dialog').getByRole('table').waitFor()
  },
  'session-missing': at('sessions/no-such-session', '.empty'),
  async offline(page, go) {
    await go('sessions/customer-long')
    await page.getByRole('article').last().waitFor()
    await page.context().setOffline(true)
    await page.locator('.live', { hasText: 'Offline' }).waitFor()
  },
  runs: at('runs', '.session-row'),
  async run(page, go) {
    await go('runs/refund-10')
    await page.getByRole('button', { name: /^get_weather/ }).click()
    await page.locator('.step-body .json').waitFor()
  },
  ...Object.fromEntries(
    ['lost-4', 'broken-3', 'refund-25'].map((run) => [`run-${run}`, at(`runs/${run}`, '.timeline')]),
  ),
  approvals: at('approvals', '.session-row'),
  approval: toCall,
  'approval-approve': dialog(toCall, 'Approve'),
  'approval-reject': dialog(toCall, 'Reject'),
  async 'approval-decided'(page, go) {
    await go('approvals/refund-10/call-10')
    await page.getByText('Approved').waitFor()
  },
  memory: at('memory', '.session-row'),
  async 'memory-fact'(page, go) {
    await go('memory?q=coffee')
    await page.locator('.session-row').first().click()
    await page.locator('.memory-text').waitFor()
  },
  'memory-search': at('memory?q=coffee', '.session-row mark'),
  'memory-link': at('memory/Checkout/depends%20on/Billing%20meter?kind=links', '.detail-facts'),
  'memory-working': at('memory/run-1/plan?kind=working', '.json'),
  async insights(page, go) {
    await go('insights')
    await page.getByText('find_order').waitFor()
  },
  async 'insights-end'(page, go) {
    await go('insights')
    await page.getByRole('button', { name: 'Prices' }).scrollIntoViewIfNeeded()
    await page.locator('.page').evaluate((element) => element.scrollTo(0, element.scrollHeight))
  },
  prices: dialog((_, go) => go('insights'), 'Prices'),
  async sql(page, go) {
    await toSql(page, go)
    await page.getByRole('button', { name: /^Run/ }).click()
    await page.getByRole('gridcell').first().waitFor()
  },
  async plan(page, go) {
    await toSql(page, go)
    await page.getByRole('button', { name: 'Plan' }).click()
    await page.getByText(/SCAN/).first().waitFor()
  },
  'sql-save': dialog(toSql, 'Save'),
  async 'sql-writing'(page, go) {
    await toSql(page, go)
    await page.locator('.switch').click()
    await page.getByRole('button', { name: /^Run/ }).focus()
  },
  async palette(page, go) {
    await go('sessions/customer-8')
    await page.getByRole('article').first().waitFor()
    await page.keyboard.press('Control+k')
    await page.locator('.palette [role=option]').nth(8).waitFor()
  },
  async 'palette-none'(page, go) {
    await go('sessions')
    await page.locator('.session-row').first().waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'View, session or action' }).fill('no such thing')
    await page.locator('.palette-none').waitFor()
  },
  async shortcuts(page, go) {
    await go('sessions')
    await page.locator('.session-row').first().waitFor()
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
  },
  async focus(page, go) {
    await go('sessions')
    await page.locator('.session-row').first().waitFor()
    await page.keyboard.press('Tab')
    await page.locator('.session-row').nth(2).focus()
    await page.keyboard.press('ArrowDown')
  },
}

/** Of the console of a new file. */
export const EMPTY_PICTURES: Pictures = {
  empty: at('sessions', '.start-code'),
  'empty-runs': at('runs', '.no-runs'),
  'empty-insights': at('insights', 'h1, .empty'),
}

/** Of a server's console: before somebody has signed in, before there is a database, and then. */
export const SERVER_PICTURES: Pictures = {
  async 'sign-in'(page, go) {
    await go()
    await page.getByLabel('Token').waitFor()
  },
  async 'server-home'(page, go) {
    await go()
    await page.getByText('No database yet').waitFor()
  },
  'approvals-none': at('approvals', '.empty'),
  ...Object.fromEntries(
    ['databases', 'branches', 'tokens', 'insights'].map((view): [string, Prepare] => [
      `server-${view}`,
      async (page, go) => {
        await go(view!)
        await page.locator('table tbody tr').first().waitFor()
      },
    ]),
  ),
  ...Object.fromEntries(
    [
      ['databases', 'New database'],
      ['branches', 'New branch'],
      ['branches', 'Lease with a token'],
      ['tokens', 'New token'],
      ['databases', 'Delete evaluation-run'],
    ].map(([view, button]): [string, Prepare] => [
      `server-${button!.toLowerCase().replaceAll(' ', '-')}`,
      async (page, go) => {
        await go(view!)
        await page.getByRole('button', { name: button!, exact: true }).click()
        await page.getByRole('dialog').waitFor()
      },
    ]),
  ),
}

/** A view, once there is something in it. */
function at(path: string, shown: string): Prepare {
  return async (page, go) => {
    await go(path)
    await page.locator(shown).first().waitFor()
  }
}

/** Of the dialog that a button opens. */
function dialog(open: Prepare, button: string): Prepare {
  return async (page, go) => {
    await open(page, go)
    await page.getByRole('button', { name: button }).click()
    await page.getByRole('dialog').waitFor()
  }
}

async function toTurn(page: Page, go: Go, said: string) {
  await go('sessions/customer-long')
  await page.getByRole('button', { name: /^Turn/ }).click()
  await page.getByLabel('Search turns').fill(said)
  await page.locator('.turn-row').first().click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByRole('article').first().waitFor()
}

async function toMenu(page: Page, go: Go) {
  await go('sessions/customer-long')
  await page.getByRole('article').last().waitFor()
  await page.getByRole('button', { name: 'Actions on this session' }).click()
  await page.getByRole('menu').waitFor()
}

async function toCall(page: Page, go: Go) {
  await go('approvals/refund-25/call-25')
  await page.getByRole('button', { name: 'Approve' }).waitFor()
}

async function toSql(page: Page, go: Go) {
  await go('sql')
  await page.locator('.cm-content').waitFor()
}
