import { stemmer } from 'stemmer'
import type { Expression, Phrase } from '../../recall/expression.ts'
import { indexedText } from '../../recall/normal-words.ts'
import { phraseWords, wordsOf } from '../../recall/phrase-words.ts'
import type { Term } from '../../recall/recall-query.ts'

/** What the weights of a tsvector stand for: a name, a description or title, a body. */
type Label = 'A' | 'B' | 'C'

/** Words have at most so many characters in the index; PostgreSQL allows 2 kB. */
const MAX_WORD = 500
/** PostgreSQL allows 1 MB of words and places, and has no more places of one word than these. */
const MAX_BYTES = 1_000_000
const MAX_PLACES = 255
/**
 * Places in a tsvector end at 16,383. After so many words they begin anew, and the first words of a lap have their place
 * at the end of the one before as well, so that phrases and nearness hold in texts of any length.
 */
const LAP = 16_000
const OVERLAP = 200
/** So many places are left free between two texts, because nothing goes from one to the next. */
const GAP = 100
/** NEAR looks at most so many words around. Where more are allowed, phrases need only be in the same memory. */
const MAX_DISTANCE = 50
/** How many combinations a NEAR is written out to. */
const MAX_COMBINATIONS = 2000

/** The texts of one row as a tsvector, and how many words they have. */
export function toVector(
  texts: readonly string[],
  labels: readonly Label[],
): [vector: string, length: number] {
  const places = new Map<string, string[]>()
  let bytes = 0
  let place = 0
  let length = 0
  for (const [index, text] of texts.entries()) {
    for (const word of wordsOf(indexedText(text)).map(lexeme)) {
      const known = places.get(word)
      const more = (known ? 0 : word.length * 3 + 3) + ((known?.length ?? 0) < MAX_PLACES ? 4 : 0)
      if (bytes + more > MAX_BYTES) break
      bytes += more
      length += 1
      const own = known ?? []
      places.set(word, own)
      for (const at of placesOf(place++)) if (own.length < MAX_PLACES) own.push(`${at}${labels[index]}`)
    }
    place += GAP
  }
  return [Array.from(places, ([word, own]) => `'${word}':${own.join()}`).join(' '), length]
}

function placesOf(place: number): number[] {
  const inLap = place % LAP
  return place >= LAP && inLap < OVERLAP ? [inLap + 1, LAP + inLap + 1] : [inLap + 1]
}

/** A JSON array of `[tsquery, weight, tsquery of the beginning or nothing]`. */
export function queriesOfTerms(terms: readonly Term[]): string {
  return JSON.stringify(
    terms.flatMap((term) => {
      const query = queryOfPhrase(term)
      if (query === undefined) return []
      const { weight, beginning } = term
      const begun = beginning === undefined ? undefined : queryOfPhrase({ text: beginning, prefix: true })
      return [[query, weight, ...(begun === undefined ? [] : [begun])]]
    }),
  )
}

/** Undefined where there are no words in it. */
export function queryOfExpression(expression: Expression): string | undefined {
  if ('phrase' in expression) return queryOfPhrase(expression.phrase)
  if ('near' in expression) return queryOfNear(expression.near, expression.distance)
  const { operator, operands } = expression
  const [first, ...others] = operands.map(queryOfExpression).filter((query) => query !== undefined)
  if (first === undefined) return undefined
  if (operator === 'NOT') return inBraces([first, ...others.map((query) => `!${query}`)], ' & ')
  return inBraces([first, ...others], operator === 'AND' ? ' & ' : ' | ')
}

/** Both orders of each two phrases, with up to `distance` words between them. */
function queryOfNear(phrases: readonly Phrase[], distance: number): string | undefined {
  const queries = phrases.map(queryOfPhrase).filter((query) => query !== undefined)
  const pairs = queries.flatMap((one, index) =>
    queries.slice(index + 1).map((other) => [one, other] as const),
  )
  if (queries.length === 0) return undefined
  if (distance > MAX_DISTANCE || pairs.length * distance > MAX_COMBINATIONS) return inBraces(queries, ' & ')
  const steps = Array.from({ length: distance + 1 }, (_, between) => between + 1)
  const near = pairs.map(([one, other]) =>
    inBraces(
      steps.flatMap((step) => [`${one} <${step}> ${other}`, `${other} <${step}> ${one}`]),
      ' | ',
    ),
  )
  return inBraces([...queries, ...near], ' & ')
}

function queryOfPhrase(phrase: Phrase): string | undefined {
  const { words, isBeginning } = phraseWords(phrase)
  if (words.length === 0) return undefined
  const last = words.length - 1
  const quoted = words.map((word, index) => `'${lexeme(word)}'${isBeginning && index === last ? ':*' : ''}`)
  return inBraces(quoted, ' <-> ')
}

function inBraces(queries: readonly string[], operator: string): string {
  return queries.length === 1 ? queries[0]! : `(${queries.join(operator)})`
}

/** A word as it is in the index: English ones by their stem. Nothing in it has a meaning to a tsvector or a tsquery. */
function lexeme(word: string): string {
  return (word.length < 3 || word.length > 64 ? word : stemmer(word)).slice(0, MAX_WORD).toWellFormed()
}
