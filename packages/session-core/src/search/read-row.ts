import type { SqlValue } from '../driver/sql-driver.ts'
import { jsonCodec } from '../items/item-codec.ts'
import { itemTexts } from './item-texts.ts'

const CODEC = jsonCodec<unknown>({ exactNumbers: true })

/** The item of a row, and its texts; of a corrupt row its text as it is. */
export function readRow(data: SqlValue): { readonly item?: unknown; readonly texts: readonly string[] } {
  const text = String(data)
  try {
    const item = CODEC.decode(text)
    return { item, texts: itemTexts(item) }
  } catch {
    return { texts: [text] }
  }
}
