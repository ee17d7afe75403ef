import { invalid } from './invalid.ts'

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

export function checkOneOf<Choice extends string>(
  what: string,
  choices: readonly Choice[],
  value: unknown,
): Choice {
  if (choices.includes(value as Choice)) return value as Choice
  throw invalid(`The ${what} must be one of ${choices.join(', ')}.`)
}
