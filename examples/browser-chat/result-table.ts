import type { SqlResult, SqlValue } from '@persql/session-core'

export function resultTable({ columns, rows }: SqlResult): HTMLElement {
  if (rows.length === 0) {
    const nothing = document.createElement('p')
    nothing.textContent = 'No rows.'
    return nothing
  }
  const table = document.createElement('table')
  fillRow(table.createTHead().insertRow(), columns, 'th')
  const body = table.createTBody()
  for (const row of rows) fillRow(body.insertRow(), row, 'td')
  return table
}

function fillRow(row: HTMLTableRowElement, values: readonly SqlValue[], tag: 'th' | 'td') {
  for (const value of values) {
    const cell = document.createElement(tag)
    cell.textContent = value instanceof Uint8Array ? `${value.length} bytes` : String(value ?? '')
    row.append(cell)
  }
}
