import type { Expression, Phrase } from './expression.ts'
import { hasWords, normalWords } from './normal-words.ts'

type Token =
  | { readonly kind: 'phrase'; readonly phrase: Phrase; readonly comma: boolean }
  | { readonly kind: 'AND' | 'OR' | 'NOT' | 'NEAR' | '(' | ')' }

const TOKEN = /"((?:[^"]|"")*)"(\*?)|(NEAR)(?=\()|([()])|([^\s"()]+)/gu

/** FTS5's own default. */
const NEAR_DISTANCE = 10
const MAX_TOKENS = 256

/**
 * Reads `a AND b`, `a OR b`, `a NOT b`, `NEAR(a b, 5)` and parentheses, with the precedence of FTS5
 * (https://sqlite.org/fts5.html#fts5_boolean_operators). Undefined where the text has no operators, or uses these
 * words in another way.
 */
export function parseExpression(text: string): Expression | undefined {
  if (!/(^|\s|\))(AND|OR|NOT)[\s(]|NEAR\(/u.test(text) || isShouted(text)) return undefined
  const tokens = tokenize(text)
  if (tokens.length > MAX_TOKENS) return undefined
  let position = 0

  function take(kind: Token['kind']): boolean {
    if (tokens[position]?.kind !== kind) return false
    position += 1
    return true
  }

  function chain(operator: 'AND' | 'OR' | 'NOT', operand: () => Expression | undefined) {
    const operands = [operand()]
    while (take(operator)) operands.push(operand())
    return combine(operator, operands)
  }

  const or = (): Expression | undefined => chain('OR', and)
  const and = () => chain('AND', not)
  const not = () => chain('NOT', sequence)

  /** Operands without an operator between them. */
  function sequence() {
    const operands: (Expression | undefined)[] = []
    for (;;) {
      const kind = tokens[position]?.kind
      if (kind !== 'phrase' && kind !== 'NEAR' && kind !== '(') return combine('AND', operands)
      operands.push(operand())
    }
  }

  function operand(): Expression | undefined {
    if (take('(')) {
      const inner = or()
      return take(')') ? inner : undefined
    }
    if (take('NEAR')) return take('(') ? near() : undefined
    return { phrase: takePhrase()!.phrase }
  }

  function near(): Expression | undefined {
    const phrases: Phrase[] = []
    let distance = NEAR_DISTANCE
    for (let token = takePhrase(); token; token = takePhrase()) {
      phrases.push(token.phrase)
      const last = tokens[position]
      if (token.comma && last?.kind === 'phrase' && /^\d{1,4}$/.test(last.phrase.text)) {
        distance = Number(takePhrase()!.phrase.text)
      }
    }
    return take(')') && phrases.length > 0 ? { near: phrases, distance } : undefined
  }

  function takePhrase() {
    const token = tokens[position]
    if (token?.kind !== 'phrase') return undefined
    position += 1
    return token
  }

  const expression = or()
  return position === tokens.length ? expression : undefined
}

function combine(operator: 'AND' | 'OR' | 'NOT', operands: (Expression | undefined)[]) {
  if (operands.length === 1) return operands[0]
  if (operands.length === 0 || !operands.every((operand) => operand !== undefined)) return undefined
  return { operator, operands }
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  for (const [, quoted, star, near, parenthesis, word] of text.matchAll(TOKEN)) {
    if (near) tokens.push({ kind: 'NEAR' })
    else if (parenthesis) tokens.push({ kind: parenthesis as '(' | ')' })
    else if (word === 'AND' || word === 'OR' || word === 'NOT') tokens.push({ kind: word })
    else {
      const phrase = normalWords(quoted ?? word!.replace(/[*,]+$/u, ''))
      const prefix = quoted === undefined ? word!.endsWith('*') : star === '*'
      if (hasWords(phrase)) {
        tokens.push({ kind: 'phrase', phrase: { text: phrase, prefix }, comma: word?.endsWith(',') ?? false })
      }
    }
  }
  return tokens
}

/** In a text all in capitals, AND, OR and NOT are words like the others. */
function isShouted(text: string): boolean {
  const words = text.split(/\s+/u).filter((word) => /\p{Lu}/u.test(word))
  return words.length > 4 && !/\p{Ll}/u.test(text)
}
