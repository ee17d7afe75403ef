import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

/** Where Chromium is; without it these tests are skipped. */
export const CHROMIUM = process.env['PERSQL_TEST_CHROMIUM']

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM ?? '/usr/bin/chromium' })
}

export interface Watched {
  readonly page: Page
  /** What should never be: dialogs, errors, requests to elsewhere, forbidden content that was tried. */
  readonly incidents: string[]
}

/** Opens a page, and notes everything that would show that stored text has run or reached the outside. */
export async function openWatched(context: BrowserContext, url: string): Promise<Watched> {
  const page = await context.newPage()
  const incidents: string[] = []
  const { origin } = new URL(url)
  page.on('dialog', (dialog) => {
    incidents.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('pageerror', (error) => incidents.push(`error: ${error.message}`))
  page.on('console', (message) => {
    // Violations are noted below, with their place.
    const isViolation = message.text().includes('Content Security Policy')
    if (message.type() === 'error' && !isViolation) incidents.push(`console: ${message.text()}`)
  })
  page.on('popup', (popup) => incidents.push(`popup: ${popup.url()}`))
  page.on('request', (request) => {
    const to = request.url()
    if (!to.startsWith(origin) && !/^(data|blob):/.test(to)) incidents.push(`request: ${to}`)
  })
  // What the stored payloads call.
  await page.exposeFunction('ran', (what: unknown) => incidents.push(`ran: ${what}`))
  await page.exposeFunction('reportViolation', (text: string) => incidents.push(`policy: ${text}`))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) => {
      const report = (globalThis as unknown as { reportViolation(text: string): void }).reportViolation
      report(`${violatedDirective} ${blockedURI} ${sample}`)
    })
  })
  await page.goto(url)
  return { page, incidents }
}
