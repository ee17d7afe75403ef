import { identifyItem } from './identify-item.ts'
import { pairResults } from './pair-results.ts'

/**
 * The items without those that say nothing without others that are not there, because the model API refuses them:
 * results whose call is not among the items before them, calls and results of a program that is not, and reasoning
 * that led to nothing but these.
 */
export function withoutOrphans<Item>(items: readonly Item[]): Item[] {
  const known = items.map(identifyItem)
  const pairs = pairResults(known)
  const programs = new Set<string>()
  const isLeftOut: boolean[] = []
  for (const [place, { kind, type, link, madeBy }] of known.entries()) {
    const call = pairs.get(place)
    const isOrphan = kind === 'result' && link !== undefined && call === undefined
    const lacksProgram = madeBy !== undefined && !programs.has(madeBy)
    isLeftOut.push(isOrphan || lacksProgram || (call !== undefined && isLeftOut[call] === true))
    if (type === 'program' && link !== undefined) programs.add(link)
  }
  let isNextLeftOut = false
  for (let place = known.length - 1; place >= 0; place--) {
    if (known[place]?.kind !== 'reasoning') isNextLeftOut = isLeftOut[place] === true
    else if (isNextLeftOut) isLeftOut[place] = true
  }
  return items.filter((_, place) => !isLeftOut[place])
}
