import type { SqlValue } from '@persql/session-core'

// https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat
const BOOL = 16
const BYTEA = 17
const NUMBERS: ReadonlySet<number> = new Set([21, 23, 26, 700, 701])
const INT8 = 20
const NUMERIC = 1700

type ToCell = (text: string) => SqlValue

/**
 * Reads the text of a cell by the id of its type: integers as numbers, or bigints where those are not exact; decimals
 * as numbers where those are exact; booleans as 1 and 0, bytes as `Uint8Array`s, and everything else as its text.
 * Nothing where the text is the cell.
 */
export function cellReader(type: number): ToCell | undefined {
  if (NUMBERS.has(type)) return Number
  switch (type) {
    case INT8:
      return toInteger
    case NUMERIC:
      return toDecimal
    case BOOL:
      return (text) => (text === 't' ? 1 : 0)
    case BYTEA:
      return toBytes
    default:
      return undefined
  }
}

function toInteger(text: string): number | bigint {
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : BigInt(text)
}

function toDecimal(text: string): number | string {
  const number = Number(text)
  return String(number) === text ? number : text
}

function toBytes(text: string): Uint8Array {
  // As hexadecimal digits behind `\x`.
  return new Uint8Array(Buffer.from(text.slice(2), 'hex'))
}
