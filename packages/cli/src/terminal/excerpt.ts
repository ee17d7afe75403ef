const AROUND = 40

/** A part of a text, on one line. */
export interface Excerpt {
  readonly excerpt: string
  /** Where in the excerpt that is what it is about. */
  readonly start: number
  readonly length: number
}

/** The text around a part of it. */
export function excerptOf(text: string, found: number, length: number): Excerpt {
  const from = Math.max(0, found - AROUND)
  const to = Math.min(text.length, found + length + AROUND)
  const oneLine = (part: string) => part.replace(/\s+/g, ' ')
  const before = `${from > 0 ? '…' : ''}${oneLine(text.slice(from, found)).trimStart()}`
  const match = oneLine(text.slice(found, found + length))
  const after = `${oneLine(text.slice(found + length, to)).trimEnd()}${to < text.length ? '…' : ''}`
  return { excerpt: (before + match + after).toWellFormed(), start: before.length, length: match.length }
}
