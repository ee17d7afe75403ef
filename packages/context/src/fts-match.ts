import type { Expression, Phrase, Term } from './recall-query.ts'
import { hasSpaceless, inPairs } from './spaceless-scripts.ts'

/** Which index finds a phrase. */
export type IndexKind = 'fts' | 'chars'

/**
 * A JSON array of `[MATCH, weight]` for the terms that this index finds, or `[MATCH, weight, MATCH of the word that it
 * stands for]`. Every text in them is quoted.
 */
export function matchesOfTerms(terms: readonly Term[], index: IndexKind): string {
  const own = terms.filter((term) => indexOf(term) === index)
  return JSON.stringify(
    own.map((term) => {
      const { weight, insteadOf } = term
      if (insteadOf === undefined) return [quote(term), weight]
      return [quote(term), weight, quote({ text: insteadOf, prefix: false })]
    }),
  )
}

export function matchOfExpression(expression: Expression): string {
  if ('phrase' in expression) return quote(expression.phrase)
  if ('near' in expression) return `NEAR(${expression.near.map(quote).join(' ')}, ${expression.distance})`
  return `(${expression.operands.map(matchOfExpression).join(` ${expression.operator} `)})`
}

export function indexOf({ text }: Phrase): IndexKind {
  return hasSpaceless(text) ? 'chars' : 'fts'
}

function quote({ text, prefix }: Phrase): string {
  const isOneCharacter = hasSpaceless(text) && [...text].length === 1
  return `"${inPairs(text).replaceAll('"', '""')}"${prefix || isOneCharacter ? ' *' : ''}`
}
