import { type SqlDriver, UsageLog } from '@persql/session-core'

/** Some requests to two models in each of the sessions. */
export async function generateUsage(driver: SqlDriver, sessions: readonly string[]): Promise<void> {
  const log = new UsageLog(driver)
  for (const [index, session] of sessions.entries()) {
    const requests = Array.from({ length: 6 * (index + 1) }, (_, request) => ({
      requestId: `${session}-${request}`,
      model: request % 3 === 2 ? 'gpt-5-mini-2025-08-07' : 'gpt-5-2025-08-07',
      inputTokens: 4200 + 1300 * request,
      cachedInputTokens: 1024 * request,
      outputTokens: 180 + 40 * request,
      durationMs: 900 + 230 * request,
    }))
    await log.record(session, requests)
  }
}
