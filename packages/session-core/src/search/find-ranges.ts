import { foldText, unfoldRange } from './fold-text.ts'

export interface TextRange {
  readonly start: number
  readonly end: number
}

/**
 * Where any of the wanted texts is in a text, compared as `searchItems` compares them: in whole characters, in order,
 * and without overlaps.
 */
export function findRanges(text: string, wanted: readonly string[]): TextRange[] {
  const folded = foldText(text)
  const isPlain = folded === text.toLowerCase()
  const found = wanted.flatMap((one) => placesOf(folded, foldText(one)))
  const ranges: TextRange[] = []
  let last: TextRange | undefined
  for (const { start, end } of found.sort((a, b) => a.start - b.start)) {
    const range = isPlain ? { start, end } : unfoldRange(text, start, end)
    if (last && range.start < last.end) {
      if (range.end <= last.end) continue
      ranges.pop()
      last = { start: last.start, end: range.end }
    } else {
      last = range
    }
    ranges.push(last)
  }
  return ranges
}

function placesOf(folded: string, wanted: string): TextRange[] {
  const places: TextRange[] = []
  if (wanted === '') return places
  for (let at = folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, at + wanted.length)) {
    places.push({ start: at, end: at + wanted.length })
  }
  return places
}
