import { foldText } from './fold-text.ts'

/** Characters that a runtime of another version of Unicode may fold otherwise. */
const UNASSIGNED = /\p{Cn}/u

/**
 * Numbers of 32 bits by which a text is found that is a part of one of these: of each three units of UTF-16 of their
 * {@link foldText}, and of each two where both are ideographs, syllables or a surrogate, of which two are a word.
 * Whatever text another one is found in has all the numbers of it. Undefined where not every runtime would make the same
 * ones.
 */
export function gramsOf(texts: readonly string[]): number[] | undefined {
  const grams = new Set<number>()
  for (const text of texts) {
    const folded = foldText(text)
    if (UNASSIGNED.test(folded)) return undefined
    for (let at = 0; at < folded.length - 1; at++) {
      const [first, second] = [folded.charCodeAt(at), folded.charCodeAt(at + 1)]
      if (isWide(first) && isWide(second)) grams.add(mix(mix(0, first), second))
      else if (at < folded.length - 2) grams.add(mix(mix(mix(0, first), second), folded.charCodeAt(at + 2)))
    }
  }
  return [...grams]
}

function isWide(unit: number): boolean {
  return unit >= 0x2e80 && unit < 0xe000
}

function mix(hash: number, unit: number): number {
  const mixed = Math.imul((hash ^ unit) + 0x9e3779b9, 0x85ebca6b)
  return mixed ^ (mixed >>> 15)
}
