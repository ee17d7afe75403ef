import type { SessionSummary } from '@persql/session-core'

/** In UTC, as in `2026-01-31 23:59:59`; what is no time stays what it is. */
export function formatTime(time: Date | string | number | null): string {
  if (time === null) return ''
  if (!(time instanceof Date)) return String(time)
  return Number.isNaN(time.getTime()) ? '?' : time.toISOString().slice(0, 19).replace('T', ' ')
}

/** `1 session`, `2 sessions`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`
}

/**
 * A time in ISO 8601, without a fraction where there is none: a stored one where it is one that the sessions write,
 * otherwise as it is. Null for an invalid date.
 */
export function toIso(time: Date): string | null
export function toIso<Time extends string | number | null>(time: Time): Time | string
export function toIso(time: Date | string | number | null): string | number | null {
  if (time instanceof Date)
    return Number.isNaN(time.getTime()) ? null : time.toISOString().replace('.000Z', 'Z')
  return typeof time === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/.test(time)
    ? `${time.replace(' ', 'T')}Z`
    : time
}

/** As `--json` shows a session. */
export function toJsonSession({ firstActivity, lastActivity, ...session }: SessionSummary) {
  return { ...session, firstActivity: toIso(firstActivity), lastActivity: toIso(lastActivity) }
}

/** As {@link formatTime}, of an ISO 8601 time. */
export function formatIso(time: string | null | undefined): string {
  return time ? formatTime(new Date(time)) : ''
}
