import stringWidth from 'string-width'
import { neutralise } from './neutralise.ts'
import { note, printLine } from './print.ts'
import { bold } from './style.ts'

const WIDEST = 60
const GAP = '  '

export type Cell = string | number | null | undefined

/**
 * Prints rows under headings: for a terminal in columns, with long texts cut and numbers on the right; for another
 * program with a tab between cells, which hold none. Where there are no rows, a remark says so.
 */
export async function printTable(
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  empty = 'No rows.',
): Promise<void> {
  if (rows.length === 0) note(empty)
  if (!process.stdout.isTTY) {
    for (const row of [headings, ...rows])
      await printLine(headings.map((_, column) => shown(row[column])).join('\t'))
    return
  }
  if (rows.length === 0) return
  const isNumeric = headings.map((_, column) => {
    const cells = rows.map((row) => row[column])
    return cells.some((cell) => typeof cell === 'number') && cells.every((cell) => typeof cell !== 'string')
  })
  const texts = rows.map((row) => headings.map((_, column) => shown(row[column])))
  const names = headings.map(shown)
  const widths = names.map((name, column) =>
    Math.max(stringWidth(name), ...texts.map((row) => stringWidth(row[column] ?? ''))),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => {
        const room = ' '.repeat(Math.max(0, (widths[column] ?? 0) - stringWidth(cell)))
        return isNumeric[column] ? room + cell : cell + room
      })
      .join(GAP)
      .trimEnd()
  await printLine(bold(line(names)))
  for (const row of texts) await printLine(line(row))
}

function shown(cell: Cell): string {
  if (cell === null || cell === undefined) return ''
  if (typeof cell === 'number') return String(cell)
  return process.stdout.isTTY ? cut(neutralise(cell)) : neutralise(cell)
}

function cut(text: string): string {
  return stringWidth(text) <= WIDEST ? text : `${[...text].slice(0, WIDEST - 1).join('')}…`
}
