import type { RawSessionSummary, RawSessions } from '@persql/session-core'
import { noSuchSession } from '../commands/sessions/no-such-session.ts'

const PAGE = 500

/** The given sessions, each once, or where none are given all of them, in the order of their ids. */
export async function* sessionSummaries(
  stored: RawSessions,
  sessionIds: readonly string[] = [],
): AsyncGenerator<RawSessionSummary> {
  if (sessionIds.length > 0) {
    const ids = [...new Set(sessionIds)]
    const found = new Map((await stored.get(ids)).map((session) => [session.sessionId, session]))
    const missing = ids.find((id) => !found.has(id))
    if (missing !== undefined) throw noSuchSession(missing)
    yield* found.values()
    return
  }
  let after: string | undefined
  for (;;) {
    const page = await stored.list({ limit: PAGE, after })
    yield* page
    after = page.at(-1)?.sessionId
    if (page.length < PAGE) return
  }
}
