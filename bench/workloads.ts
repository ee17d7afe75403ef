import type { SeedSession } from './database-files.ts'
import { LATEST } from './systems/store.ts'
import type { Job } from './systems/system.ts'

export interface Workload {
  /** Its name in the results, and for `--only`. */
  readonly key: string
  readonly title: string
  /** Another one for each round, and the same for every system. */
  job(round: number): Job
}

/** Workloads that share their data and take turns within each round. */
export interface WorkloadGroup {
  readonly sessions: readonly SeedSession[]
  readonly readOnly: boolean
  readonly workloads: readonly Workload[]
}

const STORED = [100, 1_000, 10_000]
const LONG = [1_000, 100_000, 1_000_000]
const MANY = 10_000

/** `effort`: 1 for the usual number of samples in a slice. */
export function workloadGroups(effort: number): readonly WorkloadGroup[] {
  const samples = (count: number) => Math.max(3, Math.round(count * effort))
  const budget = 500 * effort
  const turnSamples = new Map([
    [100, samples(60)],
    [1_000, samples(20)],
    [10_000, samples(5)],
  ])

  const turns: WorkloadGroup = {
    sessions: STORED.map((items) => ({ id: `stored-${items}`, items })),
    readOnly: false,
    workloads: [
      {
        key: 'turn-0',
        title: 'turn, 0 stored',
        job: (round) => ({
          operation: 'turn',
          sessionIds: Array.from({ length: samples(80) }, (_, index) => `new-${round}-${index}`),
          expected: 0,
          budget,
          undo: false,
        }),
      },
      ...STORED.map((stored) => ({
        key: `turn-${stored}`,
        title: `turn, ${stored.toLocaleString('en')} stored`,
        job: (): Job => ({
          operation: 'turn',
          sessionIds: Array(turnSamples.get(stored)!).fill(`stored-${stored}`),
          expected: stored,
          budget,
          undo: true,
        }),
      })),
      {
        key: 'append',
        title: 'append of 4, 100 stored',
        job: () => ({
          operation: 'append',
          sessionIds: Array(samples(80)).fill('stored-100'),
          budget,
          undo: true,
        }),
      },
    ],
  }

  const latest: WorkloadGroup = {
    sessions: LONG.map((items) => ({ id: `long-${items}`, items })),
    readOnly: true,
    workloads: LONG.map((items) => ({
      key: `latest-${items}`,
      title: `latest ${LATEST} of ${items.toLocaleString('en')}`,
      job: () => ({
        operation: 'latest',
        sessionIds: Array(samples(200)).fill(`long-${items}`),
        expected: LATEST,
        budget,
        undo: false,
      }),
    })),
  }

  const many: WorkloadGroup = {
    sessions: Array.from({ length: MANY }, (_, index) => ({ id: `user-${index}`, items: 20 })),
    readOnly: false,
    workloads: [
      {
        key: 'many-sessions',
        title: `random turn among ${MANY.toLocaleString('en')} sessions of 20`,
        job: (round) => ({
          operation: 'turn',
          sessionIds: randomNumbers(round, samples(100), MANY).map((number) => `user-${number}`),
          budget,
          undo: false,
        }),
      },
    ],
  }

  return [turns, latest, many]
}

/** Whole numbers below `bound`, the same for the same seed (a linear congruential generator). */
function randomNumbers(seed: number, count: number, bound: number): number[] {
  let state = seed + 1
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * bound)
  })
}
