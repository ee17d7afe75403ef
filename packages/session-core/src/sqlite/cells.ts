import type { SqlResult, SqlValue } from '../driver/sql-driver.ts'

/**
 * What a binding returned, read with all integers as bigints, in the form a driver promises: numbers where they
 * are exact, and plain `Uint8Array`s. Changes the rows in place.
 */
export function toCells(rows: readonly unknown[]): SqlValue[][] {
  for (const row of rows as unknown[][]) toCellsOfRow(row)
  return rows as SqlValue[][]
}

/** As {@link toCells}, for one row, or for the cells of one column. */
export function toCellsOfRow(row: unknown[]): SqlValue[] {
  for (let index = 0; index < row.length; index++) {
    const cell = row[index]
    if (typeof cell === 'bigint' || (typeof cell === 'object' && cell !== null)) row[index] = toCell(cell)
  }
  return row as SqlValue[]
}

/** Fewer rows than these cost less than to make them later. */
const FEW = 32

/** The result of a statement with one column, which makes many rows only when somebody asks for them. */
export function columnResult(columns: readonly string[], cells: readonly SqlValue[]): SqlResult {
  const makeRows = () => cells.map((cell) => [cell])
  if (cells.length < FEW) return { columns, cells, rows: makeRows() }
  let rows: SqlResult['rows'] | undefined
  return {
    columns,
    cells,
    get rows() {
      rows ??= makeRows()
      return rows
    },
  }
}

export function toCell(value: unknown): SqlValue {
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value
  }
  // A Buffer is one too, but with other methods, and may share its memory with other Buffers.
  if (value instanceof Uint8Array && value.constructor !== Uint8Array) return new Uint8Array(value)
  return value as SqlValue
}
