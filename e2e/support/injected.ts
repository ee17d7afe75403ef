import type { Page } from 'playwright-core'

/** Elements that only markup of stored text could have made. */
export function injected(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const forbidden =
      'iframe, object, embed, base, #app script, #app style, math, details, #app img, #app form[action]'
    const handlers = [...document.querySelectorAll('#app *')].filter((element) =>
      [...element.attributes].some(({ name }) => /^on/i.test(name)),
    )
    return [...document.querySelectorAll(forbidden), ...handlers].map((element) =>
      element.outerHTML.slice(0, 200),
    )
  })
}
