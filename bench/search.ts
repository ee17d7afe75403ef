import { searchItems } from '@persql/session-core'
import { inTurn, openFewAndMany } from './few-and-many.ts'
import { median } from './median.ts'

/** The time of each round in milliseconds until the first hit of a search for a word that is often said. */
export interface SearchTimes {
  readonly few: readonly number[]
  readonly many: readonly number[]
}

export const SEARCHED = { few: 1_000, many: 100_000 }

const WORD = 'order'
const SAMPLES = 20

/** Searches files with few and with many sessions, in turns. */
export async function measureSearch(rounds: number, folder: string): Promise<SearchTimes> {
  const drivers = await openFewAndMany(folder, 'search', SEARCHED)
  const times = { few: [] as number[], many: [] as number[] }
  // Round 0 warms up and does not count.
  for (let round = 0; round <= rounds; round++) {
    const samples = { few: [] as number[], many: [] as number[] }
    for (let sample = 0; sample < SAMPLES; sample++) {
      for (const name of inTurn(sample)) {
        samples[name].push(await firstHit(name))
      }
    }
    if (round === 0) continue
    for (const name of ['few', 'many'] as const) times[name].push(median(samples[name]))
  }
  await Promise.all(Object.values(drivers).map((driver) => driver.close()))
  return times

  async function firstHit(name: keyof typeof SEARCHED): Promise<number> {
    const started = performance.now()
    const { hits } = await searchItems(drivers[name], [WORD], { limit: 1 })
    const time = performance.now() - started
    if (hits.length !== 1) throw new Error(`No item holds "${WORD}".`)
    return time
  }
}
