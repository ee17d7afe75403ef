import type { SqlStatement } from '@persql/session-core'
import { indexedText } from '../recall/normal-words.ts'
import { type UnindexedRow, unindexed } from './index-statements.ts'
import type { MemoryBatches } from './memory-batches.ts'

const ROWS = 500
/** How many characters of texts one batch has. */
const CHARACTERS = 250_000

/**
 * Indexes the rows that others wrote, or a former version. Another caller may do it at the same time, and rows may be
 * written meanwhile: a row counts as indexed only as long as it is what was read.
 */
export async function indexUnindexed(batches: MemoryBatches): Promise<void> {
  for (let isMore = true; isMore; ) {
    const reads = unindexed.map(({ read }) => read({ limit: ROWS }))
    const results = await batches.run(reads, { readOnly: true })
    isMore = results.some(({ rows }) => rows.length === ROWS)
    for (const [index, { rows }] of results.entries()) {
      for (const part of inParts(rows as unknown as UnindexedRow[])) {
        const params = { rows: JSON.stringify(part.map(toIndexed)) }
        await batches.run(unindexed[index]!.index.map((statement): SqlStatement => statement(params)))
      }
    }
  }
}

function toIndexed([row, stamp, ...texts]: UnindexedRow): UnindexedRow {
  return [row, stamp, ...texts.map((text) => (text === null ? null : indexedText(String(text))))]
}

function inParts(rows: readonly UnindexedRow[]): UnindexedRow[][] {
  const parts: UnindexedRow[][] = []
  let room = 0
  for (const row of rows) {
    const [, , ...texts] = row
    const length = texts.reduce((sum, text) => sum + (text?.length ?? 0), 0)
    if (parts.length === 0 || length > room) {
      parts.push([])
      room = CHARACTERS
    }
    parts.at(-1)!.push(row)
    room -= length
  }
  return parts
}
