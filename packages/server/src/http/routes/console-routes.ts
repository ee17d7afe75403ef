import { consoleFile } from '@persql/console'
import type { App } from '../services.ts'

/** The web console, which signs in with a token and calls the API from the browser. */
export function consoleRoutes(app: App): void {
  app.get('/console', (c) => c.redirect('/console/'))
  app.get('/console/*', (c) => {
    const file = consoleFile(c.req.path.slice('/console/'.length))
    return file ? c.body(file.body, 200, { ...file.headers }) : c.notFound()
  })
}
