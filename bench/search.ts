import { indexItems, type SqlDriver, searchItems } from '@persql/session-core'
import { inTurn, openFewAndMany } from './few-and-many.ts'
import { median } from './median.ts'

/** The time of each round in milliseconds until the first hit of a search. */
export interface SearchTimes {
  /** For a word that is often said, without an index. */
  readonly frequent: ByNumber
  /** For a word that one item holds, the oldest, with an index. */
  readonly rare: ByNumber
}

interface ByNumber {
  readonly few: readonly number[]
  readonly many: readonly number[]
}

export const SEARCHED = { few: 1_000, many: 100_000 }

const FREQUENT = 'order'
const RARE = 'zeugma'
const SAMPLES = 20

/** Searches files with few and with many sessions, in turns. */
export async function measureSearch(rounds: number, folder: string): Promise<SearchTimes> {
  const drivers = await openFewAndMany(folder, 'search', SEARCHED)
  const frequent = await firstHits(FREQUENT)
  for (const driver of Object.values(drivers)) {
    await sayOnce(driver, RARE)
    await indexItems(driver)
  }
  const rare = await firstHits(RARE)
  await Promise.all(Object.values(drivers).map((driver) => driver.close()))
  return { frequent, rare }

  async function firstHits(word: string): Promise<ByNumber> {
    const times = { few: [] as number[], many: [] as number[] }
    // Round 0 warms up and does not count.
    for (let round = 0; round <= rounds; round++) {
      const samples = { few: [] as number[], many: [] as number[] }
      for (let sample = 0; sample < SAMPLES; sample++) {
        for (const name of inTurn(sample)) samples[name].push(await firstHit(drivers[name], word))
      }
      if (round === 0) continue
      for (const name of ['few', 'many'] as const) times[name].push(median(samples[name]))
    }
    return times
  }
}

async function firstHit(driver: SqlDriver, word: string): Promise<number> {
  const started = performance.now()
  const { hits } = await searchItems(driver, [word], { limit: 1 })
  const time = performance.now() - started
  if (hits.length !== 1) throw new Error(`No item holds "${word}".`)
  return time
}

/** In the oldest item. */
async function sayOnce(driver: SqlDriver, word: string): Promise<void> {
  await driver.batch([
    {
      sql: 'update agent_messages set message_data = ? where id = (select min(id) from agent_messages)',
      params: [JSON.stringify({ role: 'user', content: `What is a ${word}?` })],
    },
  ])
}
