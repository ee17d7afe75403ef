import { inParts, type SqlStatement, type SqlValue } from '@persql/session-core'
import type { Unindexed, UnindexedRow } from '../dialects/memory-dialect.ts'
import type { MemoryBatches } from './memory-batches.ts'

const ROWS = 500
/** How many characters of texts one batch has. */
const CHARACTERS = 250_000

/** Whether there are rows that are not indexed. */
export const hasUnindexed: SqlStatement = { sql: 'select exists (select 1 from ctx_unindexed)' }

/**
 * Indexes the rows that others wrote, or a former version. Another caller may do it at the same time, and rows may be
 * written meanwhile: a row counts as indexed only as long as it is what was read.
 */
export async function indexUnindexed(batches: MemoryBatches): Promise<void> {
  const { unindexed } = batches.dialect.textIndex
  for (let isMore = true; isMore; ) {
    const reads = unindexed.map(({ read }) => read({ limit: ROWS }))
    const results = await batches.run(reads, { readOnly: true })
    isMore = results.some(({ rows }) => rows.length === ROWS)
    for (const [index, { rows }] of results.entries()) {
      for (const part of inParts(rows as unknown as UnindexedRow[], sizeOf, CHARACTERS)) {
        const params = { rows: JSON.stringify(part.map((row) => toIndexed(unindexed[index]!, row))) }
        await batches.run(unindexed[index]!.index.map((statement) => statement(params)))
      }
    }
  }
}

function toIndexed({ contents }: Unindexed, [row, stamp, ...texts]: UnindexedRow): readonly SqlValue[] {
  const isGone = texts.every((text) => text === null)
  // Whoever makes the table may allow null.
  return [row, stamp, ...(isGone ? [null] : contents(texts.map((text) => text ?? '')))]
}

function sizeOf([, , ...texts]: UnindexedRow): number {
  return texts.reduce((sum, text) => sum + (text?.length ?? 0), 0)
}
