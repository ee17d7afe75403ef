import type { MemoryBatches } from '../layout/memory-batches.ts'
import type { MemoryHit, MemoryKind } from '../memory.ts'
import { toHit } from './recall.ts'
import { type RecalledRow, recallStatements } from './recall-statements.ts'

const KINDS: readonly MemoryKind[] = ['fact', 'episode']

/** The statements ask for these, and make nothing of them. */
const NO_SEARCH = { terms: '', expression: '', type: null, since: null, until: null }
const NO_RANKING = { now: 0, recency: 0, halfLife: 1, weight: 1 }

/** The fact or the episode of this id. */
export async function findById(batches: MemoryBatches, id: string): Promise<MemoryHit | null> {
  const params = { ...NO_SEARCH, ...NO_RANKING, ids: JSON.stringify([id]), limit: 1 }
  const results = await batches.run(
    KINDS.map((kind) => recallStatements(batches.dialect)(kind, 'ids')(params)),
    { readOnly: true },
  )
  const hits = results.flatMap(({ rows }, index) =>
    rows.map((row) => toHit(KINDS[index]!, row as unknown as RecalledRow)),
  )
  return hits[0] ?? null
}
