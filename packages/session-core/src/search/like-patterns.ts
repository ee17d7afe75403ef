import { foldText } from './fold-text.ts'

/** The LIKE patterns below escape with this, because JSON is full of backslashes. */
export const LIKE_ESCAPE = '!'

/**
 * LIKE patterns of which a row's JSON matches at least one if a text in it contains the given one, in whatever case,
 * however Unicode composes its characters, and whatever a writer of JSON escapes: a character may stand there as
 * itself or as `\u` and four digits, and arguments of tools are JSON in JSON. So the patterns match more than they
 * should, and what they find must be looked at. Where the text has accents or points, they match texts without them
 * as well; not the other way round.
 */
export function likePatterns(text: string): string[] {
  const patterns = spellings(text).flatMap((spelling) => {
    const characters = spelling.match(/\P{M}\p{M}*|\p{M}+/gu) ?? []
    return [asItself, unicodeEscapes].map((write) =>
      characters.map((character) => pattern(character, write)).join(''),
    )
  })
  return [...new Set(patterns)].map((parts) => `%${parts}%`)
}

/** Most texts have one. */
function spellings(text: string): readonly string[] {
  const compatible = text.normalize('NFKC')
  const forms = [text.normalize('NFC'), compatible, compatible.normalize('NFD'), inHalfWidth(compatible)]
  return [...new Set(forms)]
}

function pattern(character: string, write: (text: string) => string): string {
  if (/^[A-Za-z0-9 ]$/.test(character)) return character
  // What JSON escapes, maybe more than once: some writers do it to a slash, and to what HTML would read.
  if (/^["\\/<>&'+=`\p{Cc}\p{Cs}]/u.test(character)) return '%'
  if (/^[%_!]$/.test(character)) return LIKE_ESCAPE + character
  if (/^[ -~]$/.test(character)) return character
  // LIKE knows the case of ASCII alone.
  if (character.toLowerCase() !== character.toUpperCase()) return '%'
  const folded = foldText(character)
  if (folded === character.normalize('NFKC')) return write(character)
  return character.startsWith(folded) ? `${write(folded)}%` : '%'
}

function asItself(text: string): string {
  return text
}

function unicodeEscapes(text: string): string {
  return Array.from({ length: text.length }, (_, index) => {
    const digits = text.charCodeAt(index).toString(16).padStart(4, '0')
    return `u${digits}%`
  }).join('')
}

const HALF_WIDTH: ReadonlyMap<string, string> = new Map(
  Array.from({ length: 0xff9f - 0xff61 + 1 }, (_, index) => {
    const character = String.fromCharCode(0xff61 + index)
    return [character.normalize('NFKC'), character]
  }),
)

/** With Katakana in the narrow form that old systems write. */
function inHalfWidth(text: string): string {
  return text.replace(/[\u3001-\u30ff]/g, (character) =>
    Array.from(character.normalize('NFD'), (part) => HALF_WIDTH.get(part) ?? part).join(''),
  )
}
