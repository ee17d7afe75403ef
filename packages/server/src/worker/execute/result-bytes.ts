import { extractLongTexts, type QueryResponse } from '@persql/sdk/protocol'
import { SqlFailure } from '../wire/sql-failure.ts'

type Result = Pick<QueryResponse, 'columns' | 'rows'>

/** A cell with its comma is reckoned with so much beside the text that it holds. */
export const CELL_BYTES = 4
/**
 * What a unit of text may need, as `\u0000` does; and each of the bytes that a cell is reckoned with, as a number does.
 */
const MOST_PER_BYTE = 7
/** Around the rows of a result. */
const RESULT_BYTES = 200

/**
 * Counts the results of a call as they are sent: JSON in UTF-8. That is as much work as writing them, so it is done
 * only where an estimate says that they may be too large.
 */
export class ResultBytes {
  readonly #withTexts: boolean
  #left: number
  /** What is left in any case. */
  #surely: number
  #estimated: Result[] = []

  constructor(most: number, withTexts: boolean) {
    this.#withTexts = withTexts
    this.#left = most
    this.#surely = most
  }

  /** `reckoned`: the units of text in the rows, and {@link CELL_BYTES} for each cell. Throws where it is too much. */
  add(result: Result, reckoned: number): void {
    let bytes = reckoned
    for (const name of result.columns) bytes += name.length + CELL_BYTES
    this.#estimated.push(result)
    this.#surely -= bytes * MOST_PER_BYTE + RESULT_BYTES
    if (this.#surely >= 0) return
    for (const estimated of this.#estimated) this.#count(estimated)
    this.#estimated = []
    this.#surely = this.#left
  }

  #count({ columns, rows }: Result): void {
    this.#take(RESULT_BYTES + jsonBytes(columns))
    for (const row of rows) {
      const sent = this.#withTexts ? [...row] : row
      const texts = this.#withTexts ? extractLongTexts([{ rows: [sent] }]) : ''
      this.#take(jsonBytes(sent) + 1 + Buffer.byteLength(texts))
    }
  }

  #take(bytes: number): void {
    this.#left -= bytes
    if (this.#left < 0) throw tooLarge()
  }
}

export function tooLarge(): SqlFailure {
  return SqlFailure.of(413, 'too_large', 'The result is larger than the limit.')
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}
