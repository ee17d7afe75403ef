/**
 * Everything that could steer a terminal or reorder what it shows: control characters, bidirectional controls, line
 * and paragraph separators, and invisible tag characters.
 */
const STEERING = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu

/** Text that is safe to show, on one line: each character that could do something is replaced by a picture or name. */
export function neutralise(text: string): string {
  return text.replace(STEERING, picture)
}

/** As {@link neutralise}, but line breaks and tabs stay. */
export function neutraliseLines(text: string): string {
  return text
    .replace(/\r\n/g, '\n')
    .replace(STEERING, (character) =>
      character === '\n' || character === '\t' ? character : picture(character),
    )
}

function picture(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  if (code === 0x7f) return '\u2421'
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`
}

/** JSON on one line that is safe to show. */
export function safeJson(value: unknown): string {
  return escapeJson(JSON.stringify(value))
}

/** The same JSON, safe to show: such characters stand in texts, as escapes. Line breaks between texts stay. */
export function escapeJson(json: string): string {
  return json.replace(STEERING, (character) => (character === '\n' ? character : unicodeEscape(character)))
}

/** The same JSON without line breaks and tabs, which stand between its parts and in no text. */
export function onOneLine(json: string): string {
  return json.replace(/[\n\r\t]/g, ' ')
}

function unicodeEscape(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('')
}
