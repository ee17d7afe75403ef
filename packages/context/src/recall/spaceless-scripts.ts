// Scripts that do not put spaces between words, or glue particles to them; without their punctuation, and composed.
const ALPHABETIC = [
  [0x0e01, 0x0e5b], // Thai
  [0x0e81, 0x0eff], // Lao
  [0x1000, 0x109f], // Myanmar
  [0x1780, 0x17ff], // Khmer
] as const
const IDEOGRAPHS = [
  [0x2e80, 0x2fdf],
  [0x3005, 0x3007],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xf900, 0xfaff],
  [0x20000, 0x323af],
] as const
const SYLLABLES = [
  [0x3041, 0x309f], // Hiragana
  [0x30a1, 0x30fa], // Katakana
  [0x30fc, 0x30ff],
  [0x3105, 0x312f], // Bopomofo
  [0x31f0, 0x31ff],
  [0xac00, 0xd7a3], // Hangul
  [0xff66, 0xff9f],
] as const

type Range = readonly [first: number, last: number]

function characterClass(ranges: readonly Range[]): string {
  return `[${ranges.map(([first, last]) => String.fromCodePoint(first, 0x2d, last)).join('')}]`
}

const SPACELESS = characterClass([...ALPHABETIC, ...IDEOGRAPHS, ...SYLLABLES])

const spaceless = new RegExp(SPACELESS, 'u')
const runs = new RegExp(`${SPACELESS}+`, 'gu')
const parts = new RegExp(`${SPACELESS}+|(?:(?!${SPACELESS}).)+`, 'gsu')
const alphabetic = new RegExp(characterClass(ALPHABETIC), 'u')
const ideograph = new RegExp(`^${characterClass(IDEOGRAPHS)}$`, 'u')

export function hasSpaceless(text: string): boolean {
  return spaceless.test(text)
}

/** Whether a character stands for a sound, so that two of them mean little. */
export function isAlphabetic(text: string): boolean {
  return alphabetic.test(text)
}

/** Whether the text is one character that is a word by itself. */
export function isIdeograph(text: string): boolean {
  return ideograph.test(text)
}

/** The runs of such characters, and what is between them, in order: `存放`, `vault`, `里`. */
export function partsByScript(text: string): string[] {
  return text.match(parts) ?? []
}

/** The characters of a run, two at a time, overlapping; a single one as it is. */
export function pairsOfRun(run: string): string[] {
  const characters = [...run]
  if (characters.length === 1) return characters
  return characters.slice(1).map((character, index) => characters[index]! + character)
}

/**
 * The text with every run in pairs: `買うもの` becomes `買う うも もの`. With `last`, the last character follows alone:
 * so texts are indexed, and a single character is found as the beginning of a word.
 */
export function inPairs(text: string, { last = false } = {}): string {
  return text.replace(runs, (run) => {
    const pairs = pairsOfRun(run)
    const end = last && pairs[0] !== run ? ` ${[...run].at(-1)}` : ''
    return ` ${pairs.join(' ')}${end} `
  })
}
