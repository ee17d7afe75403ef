/** Reads what `CURRENT_TIMESTAMP` wrote: UTC, as in `2026-01-31 23:59:59`. Anything else is an invalid date. */
export function parseTime(stored: string | number | null): Date {
  return new Date(`${String(stored).replace(' ', 'T')}Z`)
}
