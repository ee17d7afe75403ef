// Words by Zipf's law, which is how often words are used, so that a word is rare or frequent as in a language.
const WORDS = 30_000

/** The same numbers from 0 to 1 in every run (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const SYLLABLES = [
  'ba',
  'cen',
  'do',
  'fir',
  'gul',
  'hem',
  'jo',
  'kan',
  'lem',
  'mi',
  'nor',
  'pe',
  'ras',
  'sul',
  'ten',
  'vo',
]

/** A word of the rank: the more frequent, the shorter, as in languages. */
function word(rank: number): string {
  let text = ''
  for (let rest = rank + SYLLABLES.length; rest > 0; rest = Math.floor(rest / SYLLABLES.length)) {
    text += SYLLABLES[rest % SYLLABLES.length]
  }
  return text
}

/** Another word at each call; the same ones for the same seed. */
export function randomWords(seed: number): () => string {
  const random = seededRandom(seed)
  return () => word(Math.floor(Math.exp(random() * Math.log(WORDS))) - 1)
}

export function memoryOf(name: string, next: () => string) {
  const words = (count: number) => Array.from({ length: count }, next).join(' ')
  return { name, description: words(6), type: 'project', body: words(30) } as const
}

export type GeneratedMemory = ReturnType<typeof memoryOf>

// Of the facts among 100,000, some ten to two hundred have a rare word, and up to some thousands a middling one.
const rare = (n: number) => word(2000 + (n % 200) * 47)
const middling = (n: number) => word(150 + (n % 200) * 5)
const frequent = (n: number) => word(n)

/** Kinds of texts to recall, by their name in the results; another text for each number. */
export const QUERIES: Readonly<Record<string, (n: number) => string>> = {
  'one rare word': rare,
  'a question of six words': (n) =>
    [frequent(n % 5), frequent(8 + (n % 50)), middling(n), middling(n + 20), rare(n), rare(n + 9)].join(' '),
  'three middling words': (n) => [middling(n), middling(n + 20), middling(n + 40)].join(' '),
  'three frequent words': (n) => [frequent(n % 5), frequent(8 + (n % 7)), frequent(20 + (n % 50))].join(' '),
}
