import {
  type ItemIdentity,
  type ItemWords,
  identifyItem,
  itemWords,
  type RawSessions,
} from '@persql/session-core'
import { decodeRow } from '../transcript/transcript.ts'

const PAGE = { limit: 1000, bytes: 8_000_000 }

/** What the item of a row is, without what it says. */
export interface ItemRow {
  readonly rowId: number
  /** Absent where the row is corrupt. */
  readonly item?: ItemIdentity
  readonly words?: ItemWords
}

/** The rows of a session, oldest first, for a database in which SQL cannot look into items. */
export async function* itemRows(stored: RawSessions, sessionId: string): AsyncGenerator<ItemRow> {
  for (let after = 0; ; ) {
    const rows = await stored.readPage(sessionId, { after, ...PAGE })
    for (const row of rows) {
      const decoded = decodeRow(row)
      yield {
        rowId: row.rowId,
        ...(decoded && { item: identifyItem(decoded.value), words: itemWords(decoded.value) }),
      }
    }
    const last = rows.at(-1)
    if (!last) return
    after = last.rowId
  }
}
