import { ApiError } from './api-error.ts'

const SECOND = 1000
const DAY = 86_400 * SECOND

/** Milliseconds since 1970 of an expiry given in one of several ways. Throws 400 for several, or for a past one. */
export function expiryOf(
  fields: {
    readonly ttlDays?: number | undefined
    readonly ttl_days?: number | undefined
    readonly ttlSec?: number | undefined
    readonly expiresAt?: string | undefined
  },
  now: number,
): number | undefined {
  const { ttlDays, ttl_days, ttlSec, expiresAt } = fields
  const times = [
    ttlDays === undefined ? undefined : now + ttlDays * DAY,
    ttl_days === undefined ? undefined : now + ttl_days * DAY,
    ttlSec === undefined ? undefined : now + ttlSec * SECOND,
    expiresAt === undefined ? undefined : Date.parse(expiresAt),
  ].filter((time) => time !== undefined)
  if (times.length > 1)
    throw new ApiError(400, `At most one of ${Object.keys(fields).join(', ')} can be given.`)
  const [time] = times
  if (time !== undefined && time <= now) throw new ApiError(400, 'The expiry is in the past.')
  return time === undefined ? undefined : Math.round(time)
}

export function isoOf(time: number): string
export function isoOf(time: number | null): string | null
export function isoOf(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString()
}
