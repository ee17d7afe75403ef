import { jsonCodec } from '@persql/session-core'
import { sql } from 'kysely'
import { type Database, type Rows, read, tablesOf } from './database.ts'

/** A row, and how many bytes its item takes up. */
export interface SizedRow {
  readonly id: number
  readonly size: number
}

const CODEC = jsonCodec<unknown>({ exactNumbers: true })

/** The rows of these ids that are there, as `[id, text]`, in no order. */
export async function readItemRows(
  database: Database,
  ids: readonly number[],
  signal?: AbortSignal,
): Promise<Rows> {
  const listed = database.dialect.listed(JSON.stringify(ids.map(String)), 'texts')
  const query = sql`select id, message_data from ${tablesOf(database).messages}
    where id in (select cast(value as bigint) from ${listed} l)`
  const [rows = []] = await read(database, [query], signal)
  return rows
}

/** The first ones: no more than so many rows and bytes, and at least one. */
export function takeWithin<Row extends SizedRow>(
  rows: readonly Row[],
  most: { readonly rows: number; readonly bytes: number },
): readonly Row[] {
  let bytes = 0
  const end = rows.findIndex(({ size }, index) => {
    bytes += size
    return index > 0 && (index === most.rows || bytes > most.bytes)
  })
  return end < 0 ? rows : rows.slice(0, end)
}

/**
 * The items of these rows, by their ids, where SQL cannot look into them. Rows that hold none are missing. Memory holds
 * what `keep` makes of an item, and not the item.
 */
export async function decodeRows<Kept>(
  database: Database,
  rows: readonly SizedRow[],
  keep: (item: Readonly<Record<string, unknown>>) => Kept,
  signal?: AbortSignal,
): Promise<ReadonlyMap<number, Kept>> {
  const kept = new Map<number, Kept>()
  for (let rest = rows; rest.length > 0; ) {
    const part = takeWithin(rest, { rows: 2000, bytes: 4_000_000 })
    rest = rest.slice(part.length)
    const ids = part.map(({ id }) => id)
    for (const [id, text] of await readItemRows(database, ids, signal)) {
      const item = decodeItem(text)
      if (item) kept.set(Number(id), keep(item))
    }
  }
  return kept
}

/** Nothing where the text is no item. */
export function decodeItem(text: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof text !== 'string') return undefined
  try {
    const item = CODEC.decode(text)
    return typeof item === 'object' && item !== null ? (item as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
