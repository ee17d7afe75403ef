import type { MemoryKind } from '../memory.ts'
import type { Expression, Phrase } from './expression.ts'
import { indexedText } from './normal-words.ts'
import { phraseWords, wordsOf } from './phrase-words.ts'
import type { ResolvedRanking } from './ranking.ts'
import type { RecallQuery, Term } from './recall-query.ts'
import type { RecalledRow } from './recall-statements.ts'
import { B, BEGINNING_IF_FEWER_THAN, BEGINNING_WEIGHT, K1 } from './relevance.ts'

interface Document {
  readonly row: RecalledRow
  readonly words: readonly string[]
  /** What a word counts in its column, by the place of the word. */
  readonly weights: readonly number[]
}

/** How often a phrase is in a document; each time counts as much as its column does. */
type Counts = ReadonlyMap<Document, number>

/** The weights of name, description and body. */
const WEIGHTS = [3, 2, 1]

/**
 * Ranks rows as the text indexes do, where there are none that can be used: the same query and the same formula, over
 * all rows. English words are not reduced to their stems.
 */
export function scanRows(
  query: RecallQuery,
  rows: readonly RecalledRow[],
  total: number,
  ranking: ResolvedRanking,
  kind: MemoryKind,
  now: number,
): RecalledRow[] {
  const documents = rows.map(toDocument)
  const relevance = sumOfBm25(documents, query.terms, total)
  const fits = query.expression ? fitting(documents, query.expression) : undefined
  return [...relevance].flatMap(([document, score]): RecalledRow[] => {
    if (fits && !fits.has(document)) return []
    const { row } = document
    const { recency, halfLife, kinds } = ranking
    const age = Math.max(0, now - row[10])
    const weighted = score * kinds[kind] * (1 + (recency * halfLife) / (halfLife + age))
    return [[...row.slice(0, 12), weighted] as unknown as RecalledRow]
  })
}

function toDocument(row: RecalledRow): Document {
  // An episode is named by its id, which is not searched.
  const texts = [row[3] === 'episode' ? '' : row[1], row[2], row[4]]
  const words: string[] = []
  const weights: number[] = []
  for (const [index, text] of texts.entries()) {
    // An empty word between them, because no phrase goes from one text to the next.
    for (const word of [...wordsOf(indexedText(text)), '']) {
      words.push(word)
      weights.push(WEIGHTS[index]!)
    }
  }
  return { row, words, weights }
}

function countIn(documents: readonly Document[], phrase: Phrase): Counts {
  const { words: wanted, isBeginning } = phraseWords(phrase)
  const last = wanted.length - 1
  const counts = new Map<Document, number>()
  if (last < 0) return counts
  for (const document of documents) {
    let count = 0
    for (let start = 0; start + last < document.words.length; start++) {
      const isHere = wanted.every((word, offset) => {
        const candidate = document.words[start + offset]!
        return isBeginning && offset === last ? candidate.startsWith(word) : candidate === word
      })
      if (isHere) count += document.weights[start]!
    }
    if (count > 0) counts.set(document, count)
  }
  return counts
}

function sumOfBm25(
  documents: readonly Document[],
  terms: readonly Term[],
  total: number,
): Map<Document, number> {
  const average = documents.reduce((sum, { words }) => sum + words.length, 0) / documents.length
  const sums = new Map<Document, number>()
  const add = (counts: Counts, weight: number) => {
    const idf = Math.log(1 + (total - counts.size + 0.5) / (counts.size + 0.5))
    for (const [document, count] of counts) {
      const length = 1 - B + (B * document.words.length) / average
      const score = (weight * idf * count * (K1 + 1)) / (count + K1 * length)
      sums.set(document, (sums.get(document) ?? 0) + score)
    }
  }
  for (const term of terms) {
    const { weight, beginning } = term
    const counts = countIn(documents, term)
    add(counts, weight)
    if (beginning !== undefined && counts.size < BEGINNING_IF_FEWER_THAN) {
      add(countIn(documents, { text: beginning, prefix: true }), weight * BEGINNING_WEIGHT)
    }
  }
  return sums
}

/** The documents that the expression holds for. NEAR asks here only that all its phrases are there. */
function fitting(documents: readonly Document[], expression: Expression): ReadonlySet<Document> {
  if ('phrase' in expression) return new Set(countIn(documents, expression.phrase).keys())
  const { operator, operands } =
    'near' in expression
      ? { operator: 'AND', operands: expression.near.map((phrase) => ({ phrase })) }
      : expression
  const [first, ...others] = operands.map((operand) => fitting(documents, operand))
  const holds = (document: Document) => {
    if (operator === 'OR') return first!.has(document) || others.some((other) => other.has(document))
    if (operator === 'AND') return first!.has(document) && others.every((other) => other.has(document))
    return first!.has(document) && !others.some((other) => other.has(document))
  }
  return new Set(documents.filter(holds))
}
