import { findRanges } from '@persql/session-core'

const NAME = 'found'

/**
 * Marks all places of some terms in the texts of elements, without a change of the elements. Browsers that have no
 * highlights of their own show none. Returns the first place in each of the elements.
 */
export function highlight(elements: readonly Element[], terms: readonly string[]): (Range | undefined)[] {
  if (!('highlights' in CSS)) return []
  const ranges = elements.map((element) => rangesIn(element, terms))
  if (terms.length === 0) CSS.highlights.delete(NAME)
  else CSS.highlights.set(NAME, new Highlight(...ranges.flat()))
  return ranges.map(([first]) => first)
}

function rangesIn(element: Element, terms: readonly string[]): Range[] {
  const ranges: Range[] = []
  if (terms.length === 0) return ranges
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement?.closest('time, .tag, h4, .actions')) continue
    for (const { start, end } of findRanges(node.nodeValue ?? '', terms)) {
      const range = new Range()
      range.setStart(node, start)
      range.setEnd(node, end)
      ranges.push(range)
    }
  }
  return ranges
}
