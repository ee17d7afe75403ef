import type { Phrase } from './expression.ts'
import { WORD } from './normal-words.ts'
import { hasSpaceless, inPairs } from './spaceless-scripts.ts'

const WORDS = new RegExp(`[${WORD}]+`, 'gu')

/** The words of an indexed text, as the tokenizer of FTS5 takes them apart. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(WORDS) ?? []
}

/** The words of a phrase as they are indexed, and whether the last one is only the beginning of a word. */
export function phraseWords({ text, prefix }: Phrase): { words: string[]; isBeginning: boolean } {
  return { words: wordsOf(inPairs(text)), isBeginning: prefix || isOneCharacter(text) }
}

/** Whether a text is one character of those that are indexed in pairs. */
export function isOneCharacter(text: string): boolean {
  return hasSpaceless(text) && [...text].length === 1
}
