import { encodeCell, type SqlValue } from '@persql/sdk/protocol'
import { z } from 'zod'

/** Characters of one cell or text, and of all cells of a result. A model reads about four for a token. */
const CELL_CHARACTERS = 4000
const RESULT_CHARACTERS = 40_000
const BLOB_BYTES = 1000

const bytes = z.strictObject({ $bytes: z.string().describe('Base64.') })
const bigint = z.strictObject({
  $bigint: z
    .string()
    .regex(/^-?\d{1,19}$/)
    .describe('Decimal digits.'),
})

const infinity = z.strictObject({ $number: z.enum(['Infinity', '-Infinity']) })

/** A cell in a result: blobs, integers beyond 2^53 and infinite numbers are objects with one key. */
export const cell = z.union([z.null(), z.string(), z.number(), bytes, bigint, infinity])
/** A parameter, as a cell, but not infinite. */
export const param = z.union([z.null(), z.string(), z.number(), z.boolean(), bytes, bigint])

export type Cell = z.infer<typeof cell>

/** A text, cut where it is too long, with the length it has. */
export function cutText(text: string, max = CELL_CHARACTERS): string {
  if (text.length <= max) return text
  // Never between the halves of a surrogate pair.
  const end = text.charCodeAt(max - 1) >= 0xd800 && text.charCodeAt(max - 1) <= 0xdbff ? max - 1 : max
  return `${text.slice(0, end)}… [cut: ${text.length} characters in all]`
}

/** As many from the front as a model can be expected to read, at least one. */
export function readable<Item>(items: readonly Item[]): Item[] {
  let left = RESULT_CHARACTERS
  const end = items.findIndex((item, index) => {
    left -= JSON.stringify(item).length
    return left < 0 && index > 0
  })
  return end < 0 ? [...items] : items.slice(0, end)
}

/** Shows rows while there is room; the statements of one batch share it. */
export class RowWindow {
  #rows: number
  #characters = RESULT_CHARACTERS

  constructor(rows: number) {
    this.#rows = rows
  }

  /** The first rows, as many as there is room for. The very first one is always shown. */
  show(rows: readonly (readonly SqlValue[])[]): Cell[][] {
    const shown: Cell[][] = []
    for (const row of rows) {
      if (this.#rows === 0) break
      const max = Math.min(CELL_CHARACTERS, Math.ceil(RESULT_CHARACTERS / row.length))
      const cells = row.map((value) => toCell(value, max))
      const { length } = JSON.stringify(cells)
      if (length > this.#characters && this.#characters < RESULT_CHARACTERS) break
      this.#characters -= length
      this.#rows -= 1
      shown.push(cells)
    }
    return shown
  }
}

function toCell(value: SqlValue, max: number): Cell {
  if (typeof value === 'string') return cutText(value, max)
  if (value instanceof Uint8Array && value.length > BLOB_BYTES) return `[blob of ${value.length} bytes]`
  return encodeCell(value) as Cell
}
