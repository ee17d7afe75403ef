import { foldText } from './fold-text.ts'

/**
 * What {@link foldText} does to single characters, the other way round: how a folded text may be written. Strings of
 * characters are in no order, and may hold one twice.
 */
export interface FoldClasses {
  /** All characters that become this one, with itself. */
  writtenFor(character: string): string
  /** All characters of which the folded text, decomposed, begins with this one. */
  beginningWith(character: string): string
  /** The characters that become several, with these. */
  readonly several: readonly (readonly [character: string, folded: readonly string[]])[]
  /** Characters that may become nothing behind this one: accents, vowel points, what is not seen. */
  vanishingBehind(character: string): string
  /** Characters that may change places with those around them when a text is composed. */
  readonly moving: string
}

type Range = readonly [first: number, last: number]

/** Everything but ideographs and Hangul, which are folded to themselves. */
const BLOCKS: readonly Range[] = [
  [0x20, 0x33ff],
  [0xa000, 0xabff],
  [0xf900, 0xffff],
  [0x10000, 0x1ffff],
  [0x2f800, 0x2fa1f],
  [0xe0000, 0xe01ef],
]
/** So many characters are looked at together, to pass over those that are folded to themselves. */
const AT_ONCE = 0x80

/** The syllables of Hangul: with each of the letters that begin one, so many, in the order of the letters. */
const HANGUL = { firstLetter: 0x1100, letters: 19, firstSyllable: 0xac00, perLetter: 588 }

/** Behind letters of these scripts, and other marks of such a letter, accents vanish. */
const ACCENTED = /[\p{M}\p{Script=Latin}\p{Script=Greek}\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}]/u
/** Letters behind which others do, one for each rule of {@link foldText}. */
const OTHERS = ['е', 'а', 'क']

let classes: FoldClasses | undefined

/** Made once, when it is first asked for; that takes some hundredths of a second. */
export function foldClasses(): FoldClasses {
  classes ??= makeClasses()
  return classes
}

function makeClasses(): FoldClasses {
  const all = BLOCKS.flatMap(foldBlock)
  const marks = all.filter(([, folded]) => folded === '' || /^\p{M}/u.test(folded)).map(([mark]) => mark)
  const behindLatin = foldEach(marks, 'a')
  const unseen = charactersIn(all.filter(vanishes))

  const written = new Map<string, string>()
  const beginning = new Map<string, string>()
  const several: [string, string[]][] = []
  // Of the Thai U+0E33, a mark and a vowel, the vowel is left.
  for (const [character, folded] of [...all, ...behindLatin]) {
    const parts = Array.from(folded)
    if (parts.length === 1) add(written, folded, character)
    if (parts.length > 1) several.push([character, parts])
    if (parts.length > 0) add(beginning, folded.normalize('NFD').slice(0, parts[0]!.length), character)
  }

  const accents = unseen + charactersIn(behindLatin.filter(vanishes))
  const others = unseen + OTHERS.map((base) => charactersIn(foldEach(marks, base).filter(vanishes))).join('')
  const writtenFor = (character: string) => character + (written.get(character) ?? '')
  return {
    writtenFor,
    beginningWith: (character) => character + (beginning.get(character) ?? '') + syllablesWith(character),
    several,
    vanishingBehind: (character) => (ACCENTED.test(writtenFor(character)) ? accents : others),
    moving: marks.filter(isMoving).join(''),
  }
}

type Folded = readonly [character: string, folded: string]

/** What each character of a range becomes. Of those that become themselves, some are missing, but no marks. */
function foldBlock([first, last]: Range): Folded[] {
  const found: Folded[] = []
  for (let start = first; start <= last; start += AT_ONCE) {
    const part = charactersFrom(start, Math.min(AT_ONCE, last - start + 1))
    const text = part.join('')
    const isKept = foldText(text) === text && text.normalize('NFD') === text && !/\p{M}/u.test(text)
    if (!isKept) found.push(...foldEach(part))
  }
  return found
}

function charactersFrom(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => String.fromCodePoint(first + index))
}

function syllablesWith(letter: string): string {
  const { firstLetter, letters, firstSyllable, perLetter } = HANGUL
  const index = (letter.codePointAt(0) ?? 0) - firstLetter
  if (index < 0 || index >= letters) return ''
  return charactersFrom(firstSyllable + index * perLetter, perLetter).join('')
}

/** What each of the characters becomes behind another one. In one text, which is many times faster. */
function foldEach(characters: readonly string[], base = ''): Folded[] {
  const folded = foldText(characters.map((character) => base + character).join('\n')).split('\n')
  return characters.map((character, index) => [character, folded[index]!.slice(base.length)])
}

function vanishes([, folded]: Folded): boolean {
  return folded === ''
}

function charactersIn(folded: readonly Folded[]): string {
  return folded.map(([character]) => character).join('')
}

/** Sorted before U+0345, which comes after all others, or behind U+0334, which comes first. */
function isMoving(mark: string): boolean {
  const decomposed = mark.normalize('NFKD')
  const behind = `\u0345${decomposed}`
  return (
    behind.normalize('NFD') !== behind || `${decomposed}\u0334`.normalize('NFD') !== `${decomposed}\u0334`
  )
}

function add(map: Map<string, string>, key: string, character: string): void {
  if (key !== character) map.set(key, (map.get(key) ?? '') + character)
}
