import { encodeValue, type SqlValue } from '@persql/sdk/protocol'
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

/** A cell in a result, or a parameter: blobs and integers beyond 2^53 are objects with one key. */
export const cell = z.union([z.null(), z.string(), z.number(), bytes, bigint])
export const param = z.union([z.null(), z.string(), z.number(), z.boolean(), bytes, bigint])

export type Cell = z.infer<typeof cell>

/** A text, cut where it is too long, with the length it has. */
export function cutText(text: string, max = CELL_CHARACTERS): string {
  if (text.length <= max) return text
  // Never between the halves of a surrogate pair.
  const end = text.charCodeAt(max - 1) >= 0xd800 && text.charCodeAt(max - 1) <= 0xdbff ? max - 1 : max
  return `${text.slice(0, end)}… [cut: ${text.length} characters in all]`
}

function toCell(value: SqlValue): Cell {
  if (typeof value === 'string') return cutText(value)
  if (value instanceof Uint8Array && value.length > BLOB_BYTES) return `[blob of ${value.length} bytes]`
  return encodeValue(value) as Cell
}

/** The first rows, as many as a model can be expected to read, and how many there are. */
export function toCells(rows: readonly (readonly SqlValue[])[], limit: number): Cell[][] {
  const shown: Cell[][] = []
  let characters = 0
  for (const row of rows) {
    if (shown.length === limit) break
    const cells = row.map(toCell)
    characters += JSON.stringify(cells).length
    if (characters > RESULT_CHARACTERS && shown.length > 0) break
    shown.push(cells)
  }
  return shown
}
