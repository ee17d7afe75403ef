/** The LIKE patterns below escape with this, because JSON is full of backslashes. */
export const LIKE_ESCAPE = '!'

/**
 * LIKE patterns of which a row's JSON matches at least one if a text in it contains the given one, in whatever case.
 * JSON may hold a character as itself or as `\u` and four digits, and arguments of tools are JSON in JSON; so the
 * patterns match more than they should, and what they find must be looked at.
 */
export function likePatterns(text: string): string[] {
  const asItself = [...text].map((character) => pattern(character, (caseless) => caseless))
  const escaped = [...text].map((character) => pattern(character, unicodeEscapes))
  const patterns = [asItself, escaped].map((parts) => `%${parts.join('')}%`)
  return [...new Set(patterns)]
}

function pattern(character: string, ofCaseless: (character: string) => string): string {
  if (/[A-Za-z0-9 ]/.test(character)) return character
  // What JSON escapes, maybe more than once; the slash by some writers.
  if (/["\\/\p{Cc}]/u.test(character)) return '%'
  if (/[%_!]/.test(character)) return LIKE_ESCAPE + character
  if (character <= '~') return character
  return character.toLowerCase() === character.toUpperCase() ? ofCaseless(character) : '%'
}

function unicodeEscapes(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    const digits = character.charCodeAt(index).toString(16).padStart(4, '0')
    return `u${digits}%`
  }).join('')
}
