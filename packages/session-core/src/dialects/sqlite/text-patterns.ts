import { type FoldClasses, foldClasses } from '../../search/fold-classes.ts'
import { WRITTEN_OTHERWISE, within } from '../../search/like-pattern.ts'

/** GLOB patterns by which a folded text is found in texts that are not. They find more than they should, never less. */
export interface GlobPatterns {
  /** Where each character of the text is written as one. */
  readonly simple: Spelling
  /**
   * Where several of them are written as one (ß, ﬁ) or one as several (か and a mark), for which there has to be a
   * character that `needed` matches. Absent where there is none.
   */
  readonly joined?: Spelling & { readonly needed: string }
}

export interface Spelling {
  /** Matches wherever one of the others does, and costs little. */
  readonly beginning: string
  readonly whole: string
  /** One of these, where accents or other characters that vanish are between the characters. */
  readonly parted: readonly string[]
}

/** Enough to tell rows apart. */
const CHARACTERS = 16
/** So many of the first characters are looked for with accents between them. */
const PARTED = 8
const BEGINNING = 4
type Range = readonly [first: number, last: number]

/** A class that is tried at every place of a text costs less with few ranges, and need not end where a script does. */
const FEW_RANGES = 0x200
/** Stands for all that is not ASCII. */
const BEYOND_ASCII = '\u0080-\u{10ffff}'

/** How one character of the text may be written. An empty string stands for anything. */
interface Place {
  /** The character, and the first one of those that it is composed of. */
  readonly letters: readonly string[]
  /** As one of these characters. */
  exact: string
  /** As one of these, which may be written for the next ones as well. */
  loose: string
  /** Whether others may follow them. */
  readonly isOpen: boolean
}

/** The patterns for a text that is its own normal form, each cut where it would be longer than `bytes`. */
export function globPatterns(folded: string, bytes: number): GlobPatterns {
  const classes = foldClasses()
  const { vanishingBehind, moving } = classes
  const all = Array.from(folded)
  // What may have changed places with what is before the text is of no use at its beginning.
  const first = all.findIndex((one) => !vanishingBehind('').includes(one) && !moving.includes(one))
  const characters = first < 0 ? [] : all.slice(first, first + CHARACTERS)
  const { places, needed } = placesOf(characters, classes)
  const gaps = characters
    .slice(1)
    .map((next, index) => vanishingBehind(characters[index]!) + (moving.includes(next) ? moving : ''))
  const simple = places.map((place): Place => ({ ...place, loose: place.exact, isOpen: false }))
  const joined = needed !== '' && {
    ...spell(places, gaps, bytes),
    needed: within('*', [classOf(needed)], bytes),
  }
  return { simple: spell(simple, gaps, bytes), ...(joined && { joined }) }
}

function spell(places: readonly Place[], gaps: readonly string[], bytes: number): Spelling {
  const parts = places.map(({ loose, isOpen }) => classOf(loose) + (isOpen ? '*' : ''))
  const parted = gaps
    .slice(0, PARTED - 1)
    .map((gap, index) => [...parts.slice(0, index + 1), classOfGap(gap), '*', parts[index + 1]!])
  if (parts.length > PARTED) parted.push([...parts.slice(0, PARTED), '*', classOfGap(gaps[PARTED - 1]!)])
  return {
    beginning: within('*', beginningOf(places), bytes),
    whole: within('*', parts, bytes),
    parted: [...new Set(parted.map((one) => within('*', one, bytes)))],
  }
}

/** The first places, as far as each is one character, with anything that is not ASCII for what is between them. */
function beginningOf(places: readonly Place[]): string[] {
  const open = places.findIndex(({ loose, isOpen }) => loose === '' || isOpen)
  const closed = places.slice(0, open < 0 ? BEGINNING : Math.min(open, BEGINNING))
  const [first, ...others] = closed.map(({ loose }) => loose)
  if (first === undefined) return []
  return [
    classOf(first, '', places.length > 1 ? FEW_RANGES : 1),
    ...others.map((_, index) => classOf(asciiOf(others.slice(0, index + 1).join('')), BEYOND_ASCII)),
  ]
}

function placesOf(
  characters: readonly string[],
  { writtenFor, beginningWith, several, moving }: FoldClasses,
) {
  let needed = ''
  const places = characters.map((character): Place => {
    const [base, ...rest] = Array.from(character.normalize('NFD'))
    const letters = [character, base!]
    if (WRITTEN_OTHERWISE.test(character)) return { letters, exact: '', loose: '', isOpen: false }
    const exact = writtenFor(character)
    if (rest.length === 0) return { letters, exact, loose: exact, isOpen: false }
    needed += rest.map(beginningWith).join('')
    return { letters, exact, loose: exact + beginningWith(base!), isOpen: true }
  })
  const inside = new Set<Place>()
  for (const [written, parts] of several) {
    for (let at = 1 - parts.length; at < places.length; at++) {
      const covered = places.slice(Math.max(0, at), at + parts.length)
      const [place, ...others] = covered
      const isPart = (one: Place, index: number) => one.letters.includes(parts[index - Math.min(0, at)]!)
      if (!place || !covered.every(isPart)) continue
      if (place.exact !== '') {
        place.loose += written
        if (others.length === 0) place.exact += written
      }
      if (others.length > 0) needed += written
      for (const other of others) inside.add(other)
    }
  }
  for (const [index, place] of places.entries()) {
    // Marks may have changed places with those of the letter before.
    if (places[index - 1]?.isOpen && moving.includes(characters[index]!)) inside.add(place)
  }
  for (const place of inside) place.loose = ''
  return { places, needed }
}

/**
 * The part of a pattern that is any of these characters, or anything where there are none. `more`: ranges. `distance`:
 * up to which two characters that are not ASCII make one range.
 */
function classOf(characters: string, more = '', distance = 1): string {
  if (characters === '' && more === '') return '*'
  const ranges = rangesOf(characters, distance)
  const [one] = ranges
  if (one && ranges.length === 1 && one[0] === one[1] && more === '' && !/^[*?[]/.test(characters)) {
    return String.fromCodePoint(one[0])
  }
  const members = ranges.map(([first, last]) => {
    const [from, to] = [String.fromCodePoint(first), String.fromCodePoint(last)]
    return first === last ? from : `${from}-${to}`
  })
  // These have a meaning elsewhere in a class.
  const placed = [']', ...members.filter((one) => !/^[\]^-]$/.test(one)), more, '^', '-']
  return `[${placed.filter((one) => one === more || members.includes(one)).join('')}]`
}

/** There are few of them, and they are long. */
function classOfGap(characters: string): string {
  const known = gapClasses.get(characters) ?? classOf(characters)
  gapClasses.set(characters, known)
  return known
}

const gapClasses = new Map<string, string>()

function asciiOf(characters: string): string {
  return characters.replace(/\P{ASCII}/gu, '')
}

function rangesOf(characters: string, distance: number): Range[] {
  const codes = [...new Set(Array.from(characters, (one) => one.codePointAt(0)!))].sort((a, b) => a - b)
  const ranges: [number, number][] = []
  for (const code of codes) {
    const last = ranges.at(-1)
    // ASCII stays apart, for what has a meaning in a class.
    if (last && last[1] >= 0x80 && code - last[1] <= distance) last[1] = code
    else ranges.push([code, code])
  }
  return ranges
}
