import { MEMORY_KINDS, type MemoryFilter } from '../data/memory.ts'
import { href, type Query, withQuery } from '../router.ts'

/** What the address says about the memories that are listed, and the one that is shown. */
export interface MemoryAddress {
  readonly filter: MemoryFilter
  /** The name of a fact, the id of an episode, a link in three parts, or a run and its key. Empty: nothing is shown. */
  readonly path: readonly string[]
}

/** Reads what stands behind the view's id. */
export function readMemoryAddress(path: readonly string[], query: Query): MemoryAddress {
  const kind = MEMORY_KINDS.find((one) => one === query['kind']) ?? 'all'
  return { filter: { kind, text: query['q'] ?? '' }, path }
}

export function memoryAddressOf(slug: string, { filter, path }: MemoryAddress): string {
  return withQuery(href(slug, 'memory', ...path), {
    kind: filter.kind === 'all' ? undefined : filter.kind,
    q: filter.text || undefined,
  })
}
