/** What JSON escapes by a backslash, and what reaches no engine as it is. Patterns have anything in its place. */
export const WRITTEN_OTHERWISE = /^["\\/\p{Cc}\p{Cs}]$/u

/** Characters beyond ASCII that `foldText` leaves as they are, whichever of them and of ASCII are beside them. */
export const KEPT_SIGNS = '‘“”„•–—·€£¥§©®°±×÷←↑→↓✓'

/**
 * With those that become signs of ASCII: an apostrophe, three dots. A text that has no others beyond ASCII is found by
 * {@link likePattern} as one in ASCII is.
 */
export const SIGNS = `${KEPT_SIGNS}’…`

const PLAIN = new RegExp(`^[\\p{ASCII}${KEPT_SIGNS}]*$`, 'u')

/** What may be a part of three dots that are written as one sign. */
const DOTS = /^\.+|\.+$|\.{3,}/gu

/**
 * A LIKE pattern, to be escaped by `!`, that finds a text that is its own normal form in texts of ASCII and `SIGNS`, or
 * in the JSON of them. Undefined where they cannot have it.
 */
export function likePattern(folded: string, bytes: number): string | undefined {
  if (!PLAIN.test(folded)) return undefined
  return within('%', Array.from(folded.replace(DOTS, '\\'), toPattern), bytes)
}

function toPattern(character: string): string {
  if (WRITTEN_OTHERWISE.test(character)) return '%'
  return character === "'" ? '_' : character.replace(/[%_!]/, '!$&')
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
