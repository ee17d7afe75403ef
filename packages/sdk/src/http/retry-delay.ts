const FIRST_DELAY = 100
const LONGEST_DELAY = 5000
/** A server that asks for more is not waited for. */
const LONGEST_RETRY_AFTER = 60_000

/**
 * Milliseconds before the next attempt: random, up to a bound that doubles each time, and never less than the
 * server asks for. Undefined where that is too long to wait.
 */
export function retryDelay(attempt: number, retryAfter: number | undefined): number | undefined {
  const wanted = (retryAfter ?? 0) * 1000
  if (wanted > LONGEST_RETRY_AFTER) return undefined
  const bound = Math.min(FIRST_DELAY * 2 ** attempt, LONGEST_DELAY)
  return wanted + bound * (0.5 + Math.random() / 2)
}

/** Seconds that a `Retry-After` header asks for: a number, or a date. */
export function parseRetryAfter(header: string | null): number | undefined {
  if (header === null || header.trim() === '') return undefined
  const seconds = /^\d+(\.\d+)?$/.test(header.trim())
    ? Number(header)
    : (Date.parse(header) - Date.now()) / 1000
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds)
}
