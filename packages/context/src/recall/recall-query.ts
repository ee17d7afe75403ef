import type { Expression, Phrase } from './expression.ts'
import { hasWords, JOINTS, joinedForms, normalWords, WORD } from './normal-words.ts'
import { parseExpression } from './parse-expression.ts'
import { hasSpaceless, isAlphabetic, isIdeograph, pairsOfRun, partsByScript } from './spaceless-scripts.ts'
import { withoutStopWords } from './stop-words.ts'

/** A phrase, and how much it counts among others. */
export interface Term extends Phrase {
  readonly weight: number
  /** The beginning of the word, for where few rows have the word itself. Other forms of it begin like that. */
  readonly beginning?: string
}

/** What a text asks for: any of some terms; with an expression, only what that one holds for. */
export interface RecallQuery {
  readonly terms: readonly Term[]
  readonly expression?: Expression | undefined
}

/** What is read of a text; who pastes more wants the beginning. */
const MAX_LENGTH = 10_000
/** More would not find anything else. */
const MAX_TERMS = 64

const QUOTED_OR_PREFIX = /"((?:[^"]|"")*)"|(?<![\p{L}\p{N}\p{M}_])([\p{L}\p{N}\p{M}_]+)\*(?!\S)/gu
const COMPOUND = new RegExp(`[${WORD}]+(?:[.${JOINTS}][${WORD}]+)*`, 'gu')
const JOINT = new RegExp(`[.${JOINTS}]`, 'u')

/** Beginnings of words have at least so many letters. */
const MIN_BEGINNING = 4

/** Reads any text. Nothing in it is an error. */
export function parseQuery(given: string): RecallQuery {
  const text = given.slice(0, MAX_LENGTH).toWellFormed().replaceAll('\0', ' ')
  const expression = parseExpression(text)
  if (expression)
    return { expression, terms: wantedPhrases(expression).map((phrase) => ({ ...phrase, weight: 1 })) }
  const terms = new Map<string, Term>()
  const add = (term: Phrase & Partial<Term>) => {
    const key = `${term.text}${term.prefix ? '*' : ''}`
    if (terms.size < MAX_TERMS && !terms.has(key)) terms.set(key, { weight: 1, ...term })
  }
  const rest = text.replace(QUOTED_OR_PREFIX, (_, quoted?: string, prefix?: string) => {
    const phrase = { text: normalWords(quoted ?? prefix!), prefix: quoted === undefined }
    if (hasWords(phrase.text)) add(phrase)
    return ' '
  })
  const words = wordsOf(normalWords(rest))
  for (const compound of words.compounds) add(exactly(compound))
  for (const word of words.spaced) add({ ...exactly(word), ...beginningOf(word) })
  for (const phrase of words.spaceless.flatMap(phrasesOfSpaceless)) add(phrase)
  return { terms: [...terms.values()] }
}

/** The phrases of an expression, without what it excludes. */
function wantedPhrases(expression: Expression): readonly Phrase[] {
  if ('phrase' in expression) return [expression.phrase]
  if ('near' in expression) return expression.near
  const { operator, operands } = expression
  return (operator === 'NOT' ? operands.slice(0, 1) : operands).flatMap(wantedPhrases)
}

function wordsOf(text: string) {
  const words: string[] = []
  const compounds: string[] = []
  for (const [compound] of text.matchAll(COMPOUND)) {
    const parts = compound.split(JOINT).filter(hasWords)
    const isCompound = parts.length > 1 && !hasSpaceless(compound)
    if (isCompound) {
      words.push(...parts.filter((part) => part.length > 1))
      // What is before an apostrophe or after it means little beside the other.
      if (/[^'\p{L}\p{N}\p{M}]/u.test(compound)) compounds.push(compound)
      if (!compound.includes('.')) compounds.push(...joinedForms(compound))
    } else words.push(...parts.flatMap(partsByScript).filter(hasWords))
  }
  return {
    compounds,
    spaced: withoutStopWords(words.filter((word) => !hasSpaceless(word))),
    spaceless: words.filter(hasSpaceless),
  }
}

function beginningOf(word: string): Partial<Term> {
  if (word.length < MIN_BEGINNING || /\p{N}/u.test(word)) return {}
  return { beginning: word.slice(0, Math.max(MIN_BEGINNING, word.length - 2)) }
}

/** Words are cut where a dictionary does, if there is one, and then looked up by their pairs of characters. */
function phrasesOfSpaceless(run: string): Phrase[] {
  const phrases = segment(run).flatMap((word): Phrase[] => {
    if (isAlphabetic(word)) return [exactly(word)]
    if ([...word].length > 1) return pairsOfRun(word).map(exactly)
    return isIdeograph(word) ? [exactly(word)] : []
  })
  return phrases.length > 0 ? phrases : pairsOfRun(run).map(exactly)
}

const segmenter =
  typeof Intl.Segmenter === 'function' ? new Intl.Segmenter(undefined, { granularity: 'word' }) : undefined

function segment(run: string): string[] {
  return segmenter ? Array.from(segmenter.segment(run), ({ segment }) => segment) : [run]
}

function exactly(text: string): Phrase {
  return { text, prefix: false }
}
