import type { SqlValue } from '@persql/sdk'
import { rowObjects } from '@persql/sdk/protocol'
import { toHex } from '../ui/format.ts'

export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly SqlValue[])[]
}

/** RFC 4180, with a mark of the encoding at the start, which spreadsheets ask for. */
export function toCsv({ columns, rows }: Table): string {
  return `\ufeff${[columns, ...rows].map((row) => `${row.map(toField).join(',')}\r\n`).join('')}`
}

/**
 * An array of objects. Of columns with the same name, the later ones get a number. Blobs are `{ $bytes: base64 }`,
 * integers beyond 2^53 `{ $bigint: digits }`, infinite numbers `{ $number: 'Infinity' }`.
 */
export function toJson(table: Table): string {
  return JSON.stringify(rowObjects(table).rows, null, 2)
}

// A spreadsheet runs what begins with one of these. An apostrophe makes it text again.
const FORMULA = /^[=+\-@\t\r]/

function toField(value: SqlValue | string): string {
  if (value === null) return ''
  const isText = typeof value === 'string'
  const text = value instanceof Uint8Array ? toHex(value) : String(value)
  const safe = isText && FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
