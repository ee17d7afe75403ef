import { foldText } from './fold-text.ts'

/**
 * What a person who types a text wants to find all of, for `searchItems`: its words, and as one what stands between
 * quotation marks, as in `"order A-1" refund`. A mark without its other one is a character like any other. Empty where
 * nothing is left of the text once it is folded.
 */
export function searchTerms(text: string): string[] {
  const terms = Array.from(text.matchAll(/"([^"]*)"|\S+/g), ([whole, phrase]) => phrase?.trim() ?? whole)
  return [...new Set(terms)].filter((term) => foldText(term).trim() !== '')
}
