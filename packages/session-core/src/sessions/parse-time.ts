const TIME = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?$/i

/**
 * Reads what `CURRENT_TIMESTAMP` wrote: UTC, as in `2026-01-31 23:59:59`; or ISO 8601, which other programs write.
 * Anything else is an invalid date.
 */
export function parseTime(stored: unknown): Date {
  const [, day, time, zone = 'Z'] = TIME.exec(String(stored)) ?? []
  return new Date(day === undefined ? Number.NaN : `${day}T${time}${zone.toUpperCase()}`)
}
