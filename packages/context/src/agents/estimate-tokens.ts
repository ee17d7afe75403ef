const PIECES = /[A-Za-z]+|\p{L}|\p{M}|\p{N}+|\s+|./gsu

/**
 * Estimates how many tokens a text has at most, as long as it is ordinary text: what the tokenizers of current models
 * make of it is less, in every script. Only a tokenizer knows the number.
 */
export function estimateTokens(text: string): number {
  let tokens = 0
  for (const [piece] of text.matchAll(PIECES)) tokens += tokensOf(piece)
  return tokens
}

function tokensOf(piece: string): number {
  const first = piece.codePointAt(0)!
  if (/^[A-Za-z]/.test(piece)) return Math.ceil(piece.length / 3)
  if (piece === ' ') return 0
  if (/^[\s\p{N}]/u.test(piece)) return piece.length
  if (first < 0x80) return 1
  // In UTF-8, the most tokens that a character can be.
  if (first < 0x800) return 1.5
  return first < 0x10000 ? 2 : 4
}
