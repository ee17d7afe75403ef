import type { SqlStatement } from '../driver/sql-driver.ts'
import type { StorageError } from '../driver/storage-error.ts'
import type { ItemCodec } from '../items/item-codec.ts'
import { packWithinLimits } from './encode-items.ts'
import { guard } from './guard.ts'
import type { Row } from './history-reader.ts'
import type { SessionBatches } from './session-batches.ts'

/** What is inserted: a text with its time, or a copy of a row. */
export type NewRow =
  | readonly [text: string, createdAt: string | null]
  | readonly [text: null, createdAt: null, id: number]

export function add(text: string): NewRow {
  return [text, null]
}

export function keep(row: Row<unknown>): NewRow {
  return [null, null, row.id]
}

/** The texts as rows, as copies where one is stored already. Throws the error where none is. */
export function copyStored<Item>(
  codec: ItemCodec<Item>,
  texts: readonly string[],
  stored: readonly Row<Item>[],
  error: StorageError,
): NewRow[] {
  const byText = new Map<string, Row<Item>>()
  for (const row of stored) if (row.decoded) byText.set(codec.encode(row.decoded.item), row)
  const rows = texts.map((text) => {
    const row = byText.get(text)
    return row ? keep(row) : add(text)
  })
  if (rows.every(([text]) => text !== null)) throw error
  return rows
}

/** Puts the rows in the place of the newest ones of the session, on condition that they still are the newest. */
export function replaceTailStatements(
  { statements, driver }: SessionBatches,
  session: string,
  tail: readonly Row<unknown>[],
  rows: readonly NewRow[],
): [touch: SqlStatement, ...SqlStatement[]] {
  const { touchSession, insertRows, deleteBetween, expectLast } = statements
  const first = tail[0]
  const last = tail.at(-1)
  const texts = rows.map((row) => JSON.stringify(row))
  const arrays = texts.length === 0 ? [] : packWithinLimits(texts, driver.limits)
  return [
    touchSession({ session }),
    ...(last ? [guard(expectLast({ session, last: last.id }))] : []),
    ...arrays.map((array) => insertRows({ session, rows: array })),
    // Last, because rows that stay are copied.
    ...(first && last ? [deleteBetween({ session, first: first.id, last: last.id })] : []),
  ]
}
