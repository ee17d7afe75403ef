import { median, medianRatio } from './median.ts'
import { rounded, table, time } from './table.ts'

/** `which` is 0 for the first of two and 1 for the other, so that each has sessions of its own. */
export type Work = (round: number, which: number) => Promise<unknown>

const WARM_UP = 5

/** The rounds, from those before the measured ones on. */
export function roundsOf(count: number): number[] {
  return Array.from({ length: WARM_UP + count }, (_, index) => index - WARM_UP)
}

/** Compares two ways to do the same. They take turns, and who goes first changes. */
export class Comparison {
  readonly #rows: string[][] = []

  async add(what: string, wanted: string, rounds: number, ours: Work, others: Work): Promise<void> {
    const times: [number[], number[]] = [[], []]
    for (const round of roundsOf(rounds)) {
      for (const which of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        const start = performance.now()
        await (which === 0 ? ours : others)(round, which)
        if (round >= 0) times[which].push(performance.now() - start)
      }
    }
    const ratio = rounded(medianRatio(times[0], times[1]))
    this.#rows.push([what, time(median(times[0])), time(median(times[1])), ratio, wanted])
  }

  print(ours: string, others: string): void {
    console.log(table(['what', ours, others, 'ratio', 'wanted'], this.#rows))
  }
}
