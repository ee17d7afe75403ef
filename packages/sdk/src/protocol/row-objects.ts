import { encodeCell, type SqlValue, type WireCell } from './wire-value.ts'

interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly SqlValue[])[]
}

/**
 * The rows of a result as objects for JSON, and the names of their fields, in order. A name that was there before gets
 * a number: `n`, `n`, `m` become `n`, `n_2`, `m`.
 */
export function rowObjects({ columns, rows }: Table): {
  columns: string[]
  rows: Record<string, WireCell>[]
} {
  const taken = new Set(columns)
  const seen = new Set<string>()
  const names = columns.map((column) => {
    let name = column
    for (let number = 2; seen.has(name); number++) {
      const next = `${column}_${number}`
      if (!taken.has(next)) name = next
    }
    taken.add(name)
    seen.add(name)
    return name
  })
  return {
    columns: names,
    rows: rows.map((row) => Object.fromEntries(names.map((name, index) => [name, encodeCell(row[index])]))),
  }
}
