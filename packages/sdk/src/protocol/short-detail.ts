import type { SqlErrorDetail } from './sql-error-detail.ts'

const LONGEST = 1000
const MOST_COLUMNS = 20

/** A text of an error. SQLite quotes names in full, which a caller can make as long as SQL may be. */
export function shortText(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST).toWellFormed()}…` : text
}

/** A detail whose texts are short, for people and models to read. */
export function shortDetail(detail: SqlErrorDetail): SqlErrorDetail {
  const short = Object.fromEntries(
    Object.entries(detail).map(([name, value]) => [
      name,
      typeof value === 'string' ? shortText(value) : value,
    ]),
  ) as unknown as SqlErrorDetail
  const { columns } = detail
  if (!columns) return short
  return {
    ...short,
    columns: columns
      .slice(0, MOST_COLUMNS)
      .map(({ table, column }) => ({ table: shortText(table), column: shortText(column) })),
  }
}
