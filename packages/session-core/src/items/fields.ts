import { isExactNumber } from './exact-number.ts'

export type Fields = Readonly<Record<string, unknown>>

/** The fields of an object; none of anything else. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {}
}

export function isFields(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null) return false
  return !Array.isArray(value) && !(value instanceof Uint8Array) && !isExactNumber(value)
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** The first of the values that is a text. */
export function firstText(...values: readonly unknown[]): string | undefined {
  return values.find((value) => typeof value === 'string') as string | undefined
}

/** The first of the values that is a text and not empty. */
export function firstFilled(...values: readonly unknown[]): string | undefined {
  return firstText(...values.filter((value) => value !== ''))
}
