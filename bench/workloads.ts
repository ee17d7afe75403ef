import type { SeedSession } from './database-files.ts'
import { PERSQL } from './systems/persql.ts'
import { RAW } from './systems/raw.ts'
import { LATEST } from './systems/store.ts'
import type { Job } from './systems/system.ts'

export interface Workload {
  /** Its name in the results, and for `--only`. */
  readonly key: string
  readonly title: string
  /** A small one, to be run again and again; another one for each number, and the same for every system. */
  job(number: number): Job
}

/** Workloads that share their data and take turns within each round. */
export interface WorkloadGroup {
  readonly sessions: readonly SeedSession[]
  readonly readOnly: boolean
  /** The names of the systems that take part; absent where all do. */
  readonly systems?: readonly string[]
  readonly workloads: readonly Workload[]
}

const STORED = [
  { stored: 100, samples: 12 },
  { stored: 1_000, samples: 4 },
  { stored: 10_000, samples: 1 },
]
const LONG = [1_000, 100_000, 1_000_000]
const MANY = 10_000
/** Sessions that nobody has read yet in a process. */
const FRESH = 12

export function workloadGroups(): readonly WorkloadGroup[] {
  const growing: WorkloadGroup = {
    sessions: STORED.map(({ stored }) => ({ id: `stored-${stored}`, items: stored })),
    readOnly: false,
    workloads: [
      ...turns('turn', 'turn', STORED),
      {
        key: 'append',
        title: 'append of 4, 100 stored',
        job: () => ({
          operation: 'append',
          sessionIds: Array(16).fill('stored-100'),
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
        sessionIds: Array(40).fill(`long-${items}`),
        expected: LATEST,
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
        job: (number) => ({
          operation: 'turn',
          sessionIds: randomNumbers(number, 40, MANY).map((user) => `user-${user}`),
          undo: false,
        }),
      },
    ],
  }

  const shared: WorkloadGroup = {
    sessions: Array.from({ length: FRESH }, (_, index) => ({ id: `stored-${index}`, items: 1_000 })),
    readOnly: false,
    systems: [RAW, PERSQL],
    workloads: [
      {
        key: 'turn-after-other',
        title: 'turn after an append of another process, 1,000 stored',
        job: (number) => ({
          operation: 'turn',
          after: 'other',
          sessionIds: Array(4).fill(`stored-${number % FRESH}`),
          expected: 1_000,
          undo: true,
        }),
      },
      {
        key: 'first-read',
        title: 'first read of a session in a process, 1,000 stored',
        job: () => ({
          operation: 'read',
          after: 'start',
          sessionIds: Array.from({ length: FRESH }, (_, index) => `stored-${index}`),
          expected: 1_000,
          undo: false,
        }),
      },
    ],
  }

  return [growing, latest, many, shared]
}

/** The titles of all workloads, by key. */
export function workloadTitles(): ReadonlyMap<string, string> {
  const groups = [...workloadGroups(), remoteWorkloadGroup()]
  return new Map(groups.flatMap(({ workloads }) => workloads.map(({ key, title }) => [key, title] as const)))
}

/** What is measured over HTTP. */
export function remoteWorkloadGroup(): WorkloadGroup {
  return {
    sessions: STORED.map(({ stored }) => ({ id: `stored-${stored}`, items: stored })),
    readOnly: false,
    workloads: turns('remote-turn', 'turn over HTTP', STORED),
  }
}

/** Turns of new sessions, and of those with a number of items. */
function turns(key: string, title: string, stored: typeof STORED): Workload[] {
  return [
    {
      key: `${key}-0`,
      title: `${title}, 0 stored`,
      job: (number) => ({
        operation: 'turn',
        sessionIds: Array.from({ length: 16 }, (_, index) => `new-${number}-${index}`),
        expected: 0,
        undo: false,
      }),
    },
    ...stored.map(({ stored, samples }) => ({
      key: `${key}-${stored}`,
      title: `${title}, ${stored.toLocaleString('en')} stored`,
      job: (): Job => ({
        operation: 'turn',
        sessionIds: Array(samples).fill(`stored-${stored}`),
        expected: stored,
        undo: true,
      }),
    })),
  ]
}

/** Whole numbers below `bound`, the same for the same seed (a linear congruential generator). */
export function randomNumbers(seed: number, count: number, bound: number): number[] {
  let state = seed + 1
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * bound)
  })
}
