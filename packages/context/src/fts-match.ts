import type { Expression, Phrase, Term } from './recall-query.ts'
import { hasSpaceless, inPairs } from './spaceless-scripts.ts'

/** Which index finds a phrase. */
export type IndexKind = 'fts' | 'chars'

/** MATCHes for the terms that this index finds. Every text in them is quoted. */
export function matchesOfTerms(terms: readonly Term[], index: IndexKind): string[] {
  return terms
    .filter((term) => indexOf(term) === index)
    .map((term) => (term.length === 1 ? quote(term[0]!) : `(${term.map(quote).join(' OR ')})`))
}

export function matchOfExpression(expression: Expression): string {
  if ('phrase' in expression) return quote(expression.phrase)
  if ('near' in expression) return `NEAR(${expression.near.map(quote).join(' ')}, ${expression.distance})`
  return `(${expression.operands.map(matchOfExpression).join(` ${expression.operator} `)})`
}

/** The index that has all words of the expression: that of the characters has the other words of its texts as well. */
export function indexOfExpression(expression: Expression): IndexKind {
  if ('phrase' in expression) return indexOf([expression.phrase])
  const parts = 'near' in expression ? expression.near.map((phrase) => ({ phrase })) : expression.operands
  return parts.some((part) => indexOfExpression(part) === 'chars') ? 'chars' : 'fts'
}

function indexOf(term: Term): IndexKind {
  return term.some(({ text }) => hasSpaceless(text)) ? 'chars' : 'fts'
}

function quote({ text, prefix }: Phrase): string {
  const isOneCharacter = hasSpaceless(text) && [...text].length === 1
  return `"${inPairs(text).replaceAll('"', '""')}"${prefix || isOneCharacter ? ' *' : ''}`
}
