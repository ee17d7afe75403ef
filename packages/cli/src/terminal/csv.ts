import { neutralise } from './neutralise.ts'
import type { Cell } from './table.ts'

/** A line as in RFC 4180, with its end. On a terminal, what could steer it is taken out. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

function csvCell(cell: Cell): string {
  const text = String(cell ?? '')
  const shown = process.stdout.isTTY ? neutralise(text) : text
  return /[",\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown
}
