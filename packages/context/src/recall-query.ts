import { parseExpression } from './parse-expression.ts'
import { hasSpaceless, isAlphabetic, isIdeograph, pairsOfRun, spacelessRuns } from './spaceless-scripts.ts'
import { withoutStopWords } from './stop-words.ts'

/** Words that follow each other; with `prefix`, of the last one only the beginning. */
export interface Phrase {
  readonly text: string
  readonly prefix: boolean
}

/** Phrases that mean the same. */
export type Term = readonly Phrase[]

export type Expression =
  | { readonly phrase: Phrase }
  | { readonly near: readonly Phrase[]; readonly distance: number }
  | { readonly operator: 'AND' | 'OR' | 'NOT'; readonly operands: readonly Expression[] }

/** What a text asks for: any of some terms, or what its operators say. */
export type RecallQuery =
  | { readonly terms: readonly Term[]; readonly expression?: undefined }
  | { readonly terms?: undefined; readonly expression: Expression }

/** More would not find anything else. */
const MAX_TERMS = 64

const QUOTED_OR_PREFIX = /"((?:[^"]|"")*)"|([\p{L}\p{N}\p{M}_]+)\*(?!\S)/gu
const COMPOUND = /[\p{L}\p{N}\p{M}]+(?:['’._-][\p{L}\p{N}\p{M}]+)*/gu

/** Reads any text. Nothing in it is an error. */
export function parseQuery(text: string): RecallQuery {
  const expression = parseExpression(text)
  if (expression) return { expression }
  const terms: Term[] = []
  const rest = text.replace(QUOTED_OR_PREFIX, (_, quoted?: string, prefix?: string) => {
    const phrase = quoted === undefined ? { text: prefix!, prefix: true } : { text: quoted, prefix: false }
    if (hasWords(phrase.text)) terms.push([phrase])
    return ' '
  })
  terms.push(...termsOf(rest))
  return { terms: terms.slice(0, MAX_TERMS) }
}

export function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text)
}

function termsOf(text: string): Term[] {
  const words: string[] = []
  const compounds: Term[] = []
  for (const [compound] of text.matchAll(COMPOUND)) {
    const parts = compound.split(/['’._-]/u).filter(hasWords)
    if (parts.length === 1 || hasSpaceless(compound)) {
      words.push(...parts)
      continue
    }
    words.push(...parts.filter((part) => part.length > 1))
    if (!/['’]/u.test(compound)) compounds.push([exactly(compound), exactly(parts.join(''))])
  }
  const spaced = words.filter((word) => !hasSpaceless(word))
  const spaceless = words.filter(hasSpaceless)
  const unique = new Map<string, Term>()
  for (const word of withoutStopWords(spaced)) unique.set(word.toLowerCase(), formsOf(word))
  for (const term of spaceless.flatMap(spacelessTerms)) unique.set(term[0]!.text, term)
  return [...compounds, ...unique.values()]
}

/** The word, and its beginning, which it shares with other forms of it. */
function formsOf(word: string): Term {
  const { length } = word
  if (length < 4 || /\p{N}/u.test(word)) return [exactly(word)]
  return [exactly(word), { text: word.slice(0, Math.max(4, length - 2)), prefix: true }]
}

/** Words are cut where a dictionary does, if there is one, and then looked up by their pairs of characters. */
function spacelessTerms(text: string): Term[] {
  return spacelessRuns(text).flatMap((run) => {
    const words = withoutStopWords(segment(run))
    const terms = words.flatMap((word): Term[] => {
      if (isAlphabetic(word)) return [[exactly(word)]]
      if ([...word].length > 1) return pairsOfRun(word).map((pair) => [exactly(pair)])
      return isIdeograph(word) ? [[{ text: word, prefix: true }]] : []
    })
    if (terms.length > 0) return terms
    return pairsOfRun(run).map((pair) => [{ text: pair, prefix: [...pair].length === 1 }])
  })
}

const segmenter =
  typeof Intl.Segmenter === 'function' ? new Intl.Segmenter(undefined, { granularity: 'word' }) : undefined

function segment(run: string): string[] {
  return segmenter ? Array.from(segmenter.segment(run), ({ segment }) => segment) : [run]
}

function exactly(text: string): Phrase {
  return { text, prefix: false }
}
