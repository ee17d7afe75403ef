import { memoryStatements } from '../facts/memory-statements.ts'
import type { MemoryBatches } from '../layout/memory-batches.ts'
import type { MemoryHit } from '../memory.ts'
import type { Embed } from '../memory-options.ts'
import { embedAll, nearest } from './embeddings.ts'
import { byScore, type ResolvedRecall, toHit } from './recall.ts'
import { type RecalledRow, recallStatements } from './recall-statements.ts'

/** How slowly the rank of a hit stops to matter: https://doi.org/10.1145/1571941.1572114 */
const FUSION = 60
/** How many of the nearest are looked at for each hit that is wanted, because filters may leave some out. */
const SPARE = 5

/**
 * Joins what the words found with the memories of the nearest vectors: each counts by its rank in either list. Two
 * batches.
 */
export async function fuseWithNearest(
  batches: MemoryBatches,
  embed: Embed,
  text: string,
  byWords: readonly MemoryHit[],
  { limit, kinds, filters }: ResolvedRecall,
): Promise<MemoryHit[]> {
  const [query] = await embedAll(embed, [text])
  const [vectors] = await batches.run([memoryStatements(batches.dialect).vectors({})], { readOnly: true })
  const ids = nearest(query!, (vectors?.rows ?? []) as [string, Uint8Array][], limit * SPARE)
  if (ids.length === 0) return [...byWords]

  const ranking = { now: 0, recency: 0, halfLife: 1, weight: 1 }
  const params = {
    ...filters,
    ...ranking,
    terms: '',
    expression: '',
    ids: JSON.stringify(ids),
    limit: ids.length,
  }
  const results = await batches.run(
    kinds.map((kind) => recallStatements(batches.dialect)(kind, 'ids')(params)),
    { readOnly: true },
  )
  const rank = new Map(ids.map((id, index) => [id, index]))
  const byMeaning = results
    .flatMap(({ rows }, index) => rows.map((row) => toHit(kinds[index]!, row as unknown as RecalledRow)))
    .sort((a, b) => rank.get(a.id)! - rank.get(b.id)!)

  const fused = new Map<string, MemoryHit>()
  for (const list of [byWords, byMeaning]) {
    for (const [index, hit] of list.entries()) {
      const score = (fused.get(hit.id)?.score ?? 0) + 1 / (FUSION + index + 1)
      fused.set(hit.id, { ...hit, score })
    }
  }
  return [...fused.values()].sort(byScore).slice(0, limit)
}
