export function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text)
}
