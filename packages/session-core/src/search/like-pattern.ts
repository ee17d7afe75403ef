/** What JSON escapes by a backslash, and what reaches no engine as it is. Patterns have anything in its place. */
export const WRITTEN_OTHERWISE = /^["\\/\p{Cc}\p{Cs}]$/u

/**
 * A LIKE pattern, to be escaped by `!`, that finds a text that is its own normal form in texts of ASCII, or in the JSON
 * of them. Undefined where they cannot have it.
 */
export function likePattern(folded: string, bytes: number): string | undefined {
  if (!/^\p{ASCII}*$/u.test(folded)) return undefined
  return within(
    '%',
    Array.from(folded, (one) => (WRITTEN_OTHERWISE.test(one) ? '%' : one.replace(/[%_!]/, '!$&'))),
    bytes,
  )
}

const UTF8 = new TextEncoder()

/** A pattern of as many of the parts, from the first one on, as `bytes` hold, between two that stand for anything. */
export function within(anything: string, parts: readonly string[], bytes: number): string {
  let pattern = anything
  let left = bytes - 2
  for (const part of parts) {
    left -= UTF8.encode(part).length
    if (left < 0) break
    pattern += part
  }
  return pattern + anything
}
