import { invalid } from './invalid.ts'

/** A whole number from `least` on. SQLite takes all up to 2^53. */
export function checkCount(what: string, value: unknown, least = 0): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number
  throw invalid(`${what} must be a whole number, at least ${least}.`)
}

/** A number that need not be whole. */
export function checkWeight(what: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value
  throw invalid(`${what} must be a number, at least 0.`)
}

/** Milliseconds since 1970. */
export function checkTime(what: string, value: unknown): number {
  const time = value instanceof Date ? value.getTime() : Number.NaN
  if (!Number.isNaN(time)) return time
  throw invalid(`${what} must be a valid Date.`)
}
