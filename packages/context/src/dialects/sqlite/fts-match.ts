import type { Expression, Phrase } from '../../recall/expression.ts'
import { isOneCharacter } from '../../recall/phrase-words.ts'
import type { Term } from '../../recall/recall-query.ts'
import { inPairs } from '../../recall/spaceless-scripts.ts'

/** A JSON array of `[MATCH, weight, MATCH of the beginning or nothing]`. Every text in them is quoted. */
export function matchesOfTerms(terms: readonly Term[]): string {
  return JSON.stringify(
    terms.map((term) => {
      const { weight, beginning } = term
      return [quote(term), weight, ...(beginning ? [quote({ text: beginning, prefix: true })] : [])]
    }),
  )
}

export function matchOfExpression(expression: Expression): string {
  if ('phrase' in expression) return quote(expression.phrase)
  if ('near' in expression) return `NEAR(${expression.near.map(quote).join(' ')}, ${expression.distance})`
  return `(${expression.operands.map(matchOfExpression).join(` ${expression.operator} `)})`
}

function quote({ text, prefix }: Phrase): string {
  return `"${inPairs(text).replaceAll('"', '""')}"${prefix || isOneCharacter(text) ? ' *' : ''}`
}
