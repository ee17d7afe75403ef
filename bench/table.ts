export const ABSENT = '–'

export function time(milliseconds: number): string {
  return milliseconds < 1 ? `${rounded(milliseconds * 1000)} µs` : `${rounded(milliseconds)} ms`
}

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

export function rounded(value: number): string {
  if (value >= 100 || Number.isInteger(value)) return value.toFixed(0)
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
