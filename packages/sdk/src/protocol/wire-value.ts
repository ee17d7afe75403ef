import { fromBase64, toBase64 } from './base64.ts'

/**
 * A parameter or a cell. Integers are numbers, and bigints only where a number could not hold them exactly. Blobs
 * are plain `Uint8Array`s.
 */
export type SqlValue = null | string | number | bigint | Uint8Array

/**
 * A parameter or a cell in JSON. The public documentation is silent on blobs and on integers beyond 2^53; they
 * travel as objects with one key. As parameters, booleans mean 1 and 0; no cell is a boolean.
 */
export type WireValue = null | string | number | boolean | WireBytes | WireBigInt

/** A cell in JSON. */
export type WireCell = WireValue | WireInfinity

export interface WireBytes {
  /** Base64 with padding. */
  readonly $bytes: string
}

export interface WireBigInt {
  /** Decimal digits, with a sign if negative. */
  readonly $bigint: string
}

/** A cell that is infinite, which JSON has no number for. No parameter is one. */
export interface WireInfinity {
  readonly $number: 'Infinity' | '-Infinity'
}

const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n

/**
 * Encodes a parameter for JSON. Throws a `TypeError` for what SQL or JSON cannot hold; its message does not tell the
 * value.
 */
export function encodeValue(value: unknown): WireValue {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError('NaN and Infinity are no SQL values.')
      return value
    case 'boolean':
      return value ? 1 : 0
    case 'bigint':
      return encodeBigInt(value)
    default:
      if (value === null) return null
      if (value instanceof Uint8Array) return { $bytes: toBase64(value) }
      throw new TypeError('A SQL value is null, text, a number, a bigint, a boolean or a Uint8Array.')
  }
}

/**
 * Decodes a parameter from JSON. Throws a `TypeError` for what is no {@link WireValue}; its message does not tell the
 * value.
 */
export function decodeValue(value: unknown): SqlValue {
  switch (typeof value) {
    case 'string':
    case 'number':
      return value
    case 'boolean':
      return value ? 1 : 0
    default:
      if (value === null) return null
      return decodeObject(value)
  }
}

/** Encodes a cell, which may be infinite, for JSON. Throws as {@link encodeValue} does. */
export function encodeCell(cell: unknown): WireCell {
  if (cell === Number.POSITIVE_INFINITY) return { $number: 'Infinity' }
  if (cell === Number.NEGATIVE_INFINITY) return { $number: '-Infinity' }
  return encodeValue(cell)
}

/** As {@link decodeValue}, for a cell, which may be infinite. */
function decodeCell(value: unknown): SqlValue {
  if (typeof value === 'object' && value !== null && '$number' in value) {
    const { $number, ...others } = value
    const isAlone = Object.keys(others).length === 0
    if (isAlone && $number === 'Infinity') return Number.POSITIVE_INFINITY
    if (isAlone && $number === '-Infinity') return Number.NEGATIVE_INFINITY
  }
  return decodeValue(value)
}

/** Encodes parameters for JSON. Returns the given array itself where all of them are plain. */
export function encodeValues(values: readonly unknown[]): readonly WireValue[] {
  return values.every(isPlain) ? (values as readonly WireValue[]) : Array.from(values, encodeValue)
}

/** Decodes the cells of a row from JSON, in place, and returns the row. */
export function decodeCells(row: unknown[]): SqlValue[] {
  for (let index = 0; index < row.length; index++) {
    const value = row[index]
    if (typeof value !== 'string' && typeof value !== 'number') row[index] = decodeCell(value)
  }
  return row as SqlValue[]
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || value === null || Number.isFinite(value)
}

function encodeBigInt(value: bigint): WireValue {
  if (value < INT64_MIN || value > INT64_MAX) throw new TypeError('SQL integers have at most 64 bits.')
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : { $bigint: String(value) }
}

function decodeObject(value: unknown): SqlValue {
  const [key, ...others] = Object.keys(value ?? {})
  const content: unknown = others.length === 0 ? Object(value)[key ?? ''] : undefined
  if (key === '$bytes' && typeof content === 'string') return fromBase64(content)
  if (key === '$bigint' && typeof content === 'string' && /^-?\d{1,19}$/.test(content)) {
    const integer = BigInt(content)
    if (integer >= INT64_MIN && integer <= INT64_MAX) {
      const number = Number(integer)
      return Number.isSafeInteger(number) ? number : integer
    }
  }
  throw new TypeError('A SQL value in JSON is null, text, a number, a boolean, {"$bytes"} or {"$bigint"}.')
}
