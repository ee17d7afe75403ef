import type { ItemIdentity } from './identify-item.ts'

/**
 * Maps the place of each result to that of the call before it that it answers. Results of no such call are left out.
 */
export function pairResults(
  items: readonly (Pick<ItemIdentity, 'kind' | 'type'> & { readonly link?: string | undefined })[],
): ReadonlyMap<number, number> {
  const pairs = new Map<number, number>()
  const calls = new Map<string, number>()
  /** The calls of tool searches, whose results may come without an id, in the order of the calls. */
  let searches: number[] = []
  for (const [place, { kind, type, link }] of items.entries()) {
    if (kind === 'call') {
      if (link !== undefined) calls.set(link, place)
      if (type === 'tool_search_call') searches.push(place)
    } else if (kind === 'result') {
      const call = link === undefined ? undefined : calls.get(link)
      const answered = call ?? (link === undefined && type === 'tool_search_output' ? searches[0] : undefined)
      if (answered === undefined) continue
      pairs.set(place, answered)
      searches = searches.filter((search) => search !== answered)
    }
  }
  return pairs
}
