/** Reads what `CURRENT_TIMESTAMP` wrote: UTC, as in `2026-01-31 23:59:59`. */
export function parseTime(text: string): Date {
  return new Date(`${text.replace(' ', 'T')}Z`)
}
