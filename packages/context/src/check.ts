import { StorageError } from '@persql/session-core'

const MAX_NAME_LENGTH = 1024

export function checkString(what: string, value: unknown): string {
  if (typeof value !== 'string') throw invalid(`The ${what} must be a string.`)
  return value
}

/** A text that every engine stores and gives back as it is. */
export function checkText(what: string, value: unknown): string {
  const text = checkString(what, value)
  if (text.includes('\0')) throw invalid(`The ${what} must not contain a NUL character.`)
  if (!text.isWellFormed()) throw invalid(`The ${what} must not contain half of a surrogate pair.`)
  return text
}

/** A text with something in it. */
export function checkFilled(what: string, value: unknown): string {
  const text = checkText(what, value)
  if (text.trim() === '') throw invalid(`The ${what} must not be empty or blank.`)
  return text
}

/** A text that names something. */
export function checkName(what: string, value: unknown): string {
  const name = checkFilled(what, value)
  if (name.length > MAX_NAME_LENGTH) {
    throw invalid(`The ${what} has ${name.length} characters; at most ${MAX_NAME_LENGTH} are allowed.`)
  }
  return name
}

/** Nothing, or what the check makes of it. */
export function optional<Value, Checked>(
  value: Value | null | undefined,
  check: (value: Value) => Checked,
): Checked | null {
  return value === undefined || value === null ? null : check(value)
}

export function checkOneOf<Choice extends string>(
  what: string,
  choices: readonly Choice[],
  value: unknown,
): Choice {
  if (choices.includes(value as Choice)) return value as Choice
  throw invalid(`The ${what} must be one of ${choices.join(', ')}.`)
}

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

export function invalid(message: string): StorageError {
  return new StorageError('INVALID_ARGUMENT', message)
}
