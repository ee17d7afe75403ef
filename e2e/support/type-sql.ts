import type { Page } from 'playwright-core'

/** Puts SQL in the place of what is in the editor. */
export async function typeSql(page: Page, sql: string): Promise<void> {
  await page.locator('.cm-content').click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(sql)
}
