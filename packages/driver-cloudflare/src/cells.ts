import type { SqlValue } from '@persql/session-core'
import { StorageError } from '@persql/session-core'

const EXACT = 2 ** 53
const INTEGERS = 2 ** 63

/** The value as both engines take it. What they could not give back is refused before this. */
export function toParameter(value: SqlValue): string | number | null | Uint8Array {
  return typeof value === 'bigint' ? Number(value) : value
}

/**
 * The cells of a row, in its place. Throws for a number that may be a rounded integer: one of 2^53 or more that an integer
 * of 64 bits can be. Larger ones are floating point numbers.
 */
export function toCells(row: unknown[], columns: readonly string[]): SqlValue[] {
  for (let index = 0; index < row.length; index++) {
    const cell = row[index]
    if (typeof cell === 'number') {
      const size = Math.abs(cell)
      if (size >= EXACT && size <= INTEGERS) throw inexact(columns[index])
    } else if (cell instanceof ArrayBuffer) row[index] = new Uint8Array(cell)
    // D1 gives bytes as a list of numbers.
    else if (Array.isArray(cell)) row[index] = Uint8Array.from(cell as number[])
  }
  return row as SqlValue[]
}

function inexact(column: string | undefined): StorageError {
  return new StorageError(
    'SQL_ERROR',
    `The column ${JSON.stringify(column)} has an integer beyond 2^53, which Cloudflare rounds. Read it as a text: cast(… as text).`,
  )
}
