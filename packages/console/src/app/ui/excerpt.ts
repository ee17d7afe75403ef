/** The part of a text that has a place, on one line, with a mark where it is cut. */
export function excerpt(
  text: string,
  place: number,
  { before, length }: { readonly before: number; readonly length: number },
): string {
  const from = Math.max(0, place - before)
  const end = Math.min(text.length, from + length)
  const part = text.slice(from, end).toWellFormed().replace(/\s+/g, ' ')
  return `${from > 0 ? '…' : ''}${part}${end < text.length ? '…' : ''}`
}
