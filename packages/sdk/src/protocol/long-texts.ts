import type { QueryResponse } from './sql.ts'
import type { WireCell } from './wire-value.ts'

/**
 * A media type for the answers of query and batch, for clients that name it in `Accept`: the JSON of the answer, a
 * line feed, and then the long texts of all rows, one after the other. In the JSON, `{"$text": n}` stands for each of
 * them, with its length in UTF-16 code units. So a text that holds JSON itself is not escaped and parsed twice, which
 * is most of the work for a long history. The public documentation does not have it; servers may ignore it, and
 * answer so only what is worth it.
 */
export const LONG_TEXTS_TYPE = 'application/vnd.persql.texts'

/** Shorter texts stay in the JSON. */
const LONG = 64

type Rows = Pick<QueryResponse, 'rows'>

/** Takes the long texts out of the rows, in place, and returns them as one. */
export function extractLongTexts(results: readonly Rows[]): string {
  let texts = ''
  for (const row of rowsOf(results)) {
    for (let index = 0; index < row.length; index++) {
      const cell = row[index]
      if (typeof cell !== 'string' || cell.length < LONG) continue
      row[index] = { $text: cell.length } as never
      texts += cell
    }
  }
  return texts
}

/** Puts the texts back into the rows, in place. Throws a `TypeError` where they do not fit. */
export function restoreLongTexts(results: readonly Rows[], texts: string): void {
  let end = 0
  for (const row of rowsOf(results)) {
    for (let index = 0; index < row.length; index++) {
      const cell: object | WireCell | undefined = row[index]
      if (typeof cell !== 'object' || cell === null || !('$text' in cell)) continue
      const { $text: length } = cell
      if (!Number.isSafeInteger(length) || Number(length) < 0) throw misfit()
      const start = end
      end += Number(length)
      row[index] = texts.slice(start, end)
    }
  }
  if (end !== texts.length) throw misfit()
}

function misfit(): TypeError {
  return new TypeError('The texts are not those of the rows.')
}

function* rowsOf(results: readonly Rows[]): Iterable<WireCell[]> {
  for (const { rows } of results) yield* rows as WireCell[][]
}
