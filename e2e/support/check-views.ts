import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { audit } from './audit.ts'

/** Expects each view of a page to have no finding of axe, and to be no wider than the page. */
export async function checkViews(
  page: Page,
  show: (view: string) => Promise<unknown>,
  views: readonly string[],
): Promise<void> {
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 844 })
    for (const view of views) {
      await show(view)
      await page.locator('.session-row, .detail').first().waitFor({ state: 'attached' })
      expect(await audit(page)).toEqual([])
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(overflow).toBeLessThanOrEqual(0)
    }
  }
}
