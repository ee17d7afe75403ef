import { ROUTES } from '@persql/sdk/protocol'
import { ApiError } from '../answers/api-error.ts'
import type { App } from '../services.ts'

/** Answers 405 where a call has another method. To be added after all routes. */
export function otherMethods(app: App): void {
  for (const [path, routes] of Map.groupBy(Object.values(ROUTES), ({ path }) => path)) {
    const allow = routes.map(({ method }) => method).join(', ')
    app.all(path, () => {
      throw new ApiError(405, `This route takes ${allow} only`, { headers: { allow } })
    })
  }
}
