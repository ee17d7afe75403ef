import { foldText } from '@persql/session-core'
import * as lists from 'stopword'

// biome-ignore format: a table
const LANGUAGES = [
  lists.eng, lists.deu, lists.fra, lists.spa, lists.por, lists.ita, lists.nld, lists.swe, lists.dan,
  lists.nob, lists.pol, lists.rus, lists.ukr, lists.tur, lists.ara, lists.hin,
]

/** Made when it is first needed, because that takes milliseconds. */
let normalForms: readonly ReadonlySet<string>[] | undefined

/** One may be a word of another language: "dog" is one in Danish. */
const FEWEST = 2

/**
 * The words, in their normal form, without those that every text has, in the language that has most of them in this
 * text. All words, if nothing else would remain.
 */
export function withoutStopWords(words: readonly string[]): readonly string[] {
  if (words.length < FEWEST) return words
  normalForms ??= LANGUAGES.map((list) => new Set(list.map(foldText)))
  let best = words
  for (const stopWords of normalForms) {
    const rest = words.filter((word) => !stopWords.has(word))
    if (rest.length < best.length && rest.length <= words.length - FEWEST) best = rest
  }
  return best.length > 0 ? best : words
}
