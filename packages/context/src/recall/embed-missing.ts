import { memoryStatements } from '../facts/memory-statements.ts'
import type { MemoryBatches } from '../layout/memory-batches.ts'
import type { Embed } from '../memory-options.ts'
import { embedAll } from './embeddings.ts'

const TEXTS_PER_CALL = 64

/** Keeps a vector of every fact and episode that has none, or one of a former text. */
export async function embedMissing(batches: MemoryBatches, embed: Embed): Promise<void> {
  while (await embedSome(batches, embed));
}

/** False where there was nothing to do. */
async function embedSome(batches: MemoryBatches, embed: Embed): Promise<boolean> {
  const limit = TEXTS_PER_CALL
  const statements = memoryStatements(batches.dialect)
  const [facts, episodes] = await batches.run(
    [statements.factsToEmbed({ limit }), statements.episodesToEmbed({ limit })],
    { readOnly: true },
  )
  const rows = [
    ...(facts?.rows ?? []).map((row) => ({ row, isFact: true })),
    ...(episodes?.rows ?? []).map((row) => ({ row, isFact: false })),
  ].slice(0, limit)
  if (rows.length === 0) return false
  const texts = rows.map(({ row: [name, title, body], isFact }) =>
    isFact ? `${name}\n${title}\n${body}` : `${title}\n${body}`,
  )
  const vectors = await embedAll(embed, texts)
  await batches.run(
    rows.map(({ row, isFact }, index) => {
      const embedded = { name: String(row[0]), version: Number(row[3]), vector: vectors[index]! }
      return isFact ? statements.embedFact(embedded) : statements.embedEpisode(embedded)
    }),
  )
  return true
}
