import fc from 'fast-check'

/** A database whose searches with an index are compared with those without. */
export interface SearchedDatabase {
  append(session: string, items: readonly { content: string }[]): Promise<unknown>
  pop(session: string): Promise<unknown>
  clear(session: string): Promise<unknown>
  fork(from: string, to: string): Promise<unknown>
  index(limit?: number): Promise<unknown>
  /** Two programs at once. */
  indexTwice(): Promise<unknown>
  drop(): Promise<unknown>
  /** What a program does that knows the tables and nothing else. Rejects where it does not apply. */
  foreign(name: string, x: number, y: number, text: string): Promise<unknown>
}

/** What items say, in the steps of a model of searches: words, scripts without spaces, accents, escapes. */
const PIECES = [
  ...['zeppelin', 'Zürich', 'straße', 'STRASSE', 'order', 'a', 'b', ' ', '"', '\\', "'", '’', '\n'],
  ...[
    '今天',
    '天气',
    '天',
    'ガイド',
    'ｶﾞｲﾄﾞ',
    '한국',
    '하',
    '😀',
    '👍🏽',
    '\ud83d',
    'น้ำ',
    'мой',
    'ё',
    '\u0301',
  ],
] as const

export type SearchStep =
  | {
      do: 'append' | 'pop' | 'clear' | 'fork' | 'index' | 'indexSome' | 'indexTwice' | 'drop'
      x: number
      text: string
    }
  | { do: 'foreign'; name: string; x: number; y: number; text: string }

const text = fc
  .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 5 })
  .map((pieces) => pieces.join(''))

/** Steps between which searches are compared, with those of a stranger by these names. */
export function searchSteps(foreign: readonly string[]): fc.Arbitrary<SearchStep[]> {
  const small = fc.integer({ min: 1, max: 9 })
  const own = fc.constantFrom(
    ...([
      'append',
      'append',
      'append',
      'pop',
      'clear',
      'fork',
      'index',
      'index',
      'indexSome',
      'indexTwice',
      'drop',
    ] as const),
  )
  return fc.array(
    fc.oneof(
      fc.record({ do: own, x: small, text }),
      fc.record({
        do: fc.constant('foreign' as const),
        name: fc.constantFrom(...foreign),
        x: small,
        y: small,
        text,
      }),
    ),
    { minLength: 3, maxLength: 14 },
  )
}

/** In place of a small number, the session that it stands for. */
export const sessionOf = (x: number) => (x % 2 ? 'a' : 'b')

/** A stranger's text of an item, for between quotes. */
export const itemOf = (text: string) => JSON.stringify({ content: text }).replaceAll("'", "''")

export async function takeSearchStep(step: SearchStep, database: SearchedDatabase): Promise<void> {
  const session = sessionOf(step.x)
  if (step.do === 'foreign') await database.foreign(step.name, step.x, step.y, step.text).catch(() => {})
  else if (step.do === 'append')
    await database.append(session, [{ content: step.text }, { content: 'order' }])
  else if (step.do === 'pop') await database.pop(session)
  else if (step.do === 'clear') await database.clear(session)
  else if (step.do === 'fork') await database.fork(session, sessionOf(step.x + 1)).catch(() => {})
  else if (step.do === 'index') await database.index()
  else if (step.do === 'indexSome') await database.index(step.x % 4)
  else if (step.do === 'indexTwice') await database.indexTwice()
  else await database.drop()
}

interface Driver {
  batch(statements: readonly never[]): Promise<readonly { readonly rows: readonly unknown[] }[]>
}

/** The driver, which tells of each search that an index has answered. */
export function tellingOfIndex<Telling extends Driver>(driver: Telling, tell: () => void): Telling {
  const batch = async (...given: Parameters<Driver['batch']>) => {
    const results = await driver.batch(...given)
    const [first] = given[0] as readonly { readonly sql: string }[]
    if (first?.sql.includes('by_index') && results[1]!.rows.length > 0) tell()
    return results
  }
  return { ...driver, batch }
}

/** Texts to search for, each with others: parts of what was said, and some that nobody did. */
export function wantedTexts(steps: readonly SearchStep[]): string[][] {
  const parts = steps.map(({ text, x }) => text.slice(x % 3, (x % 3) + 1 + (x % 4)))
  const wanted = ['zeppelin', '天气', 'ガイド', '天', ...parts].filter((part) => part !== '')
  return [...new Set(wanted)]
    .slice(0, 8)
    .map((part, index) => (index % 3 === 2 ? [part, wanted[0]!] : [part]))
}
