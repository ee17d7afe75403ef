import { median } from './median.ts'

/** One thing that the project promises about its speed, and what one run measured. */
export interface SpeedPromise {
  readonly workload: string
  /** What is promised, in words. */
  readonly wanted: string
  readonly kind: 'at most' | 'at least' | 'exactly'
  readonly limit: number
  /** By what factor a busy machine may miss it. */
  readonly margin: number
  /** Absent where the run did not measure it. */
  readonly measured: number | undefined
}

/** What several runs say of a promise together. */
export interface Verdict {
  readonly workload: string
  readonly wanted: string
  /** Absent, as all that follows, where no run measured it. */
  readonly median?: number
  readonly worst?: number
  /** Whether the median keeps the promise. */
  readonly met?: boolean
  /** Whether the median misses it by more than a busy machine explains. */
  readonly isGross?: boolean
}

const MARGIN = 2
/** A ratio up to this is not gross, however little was promised: beside a busy program both may take as long. */
const USUAL = 2
/** A time, and not a ratio of two: a machine that others use may stand still for longer. */
export const MARGIN_OF_TIMES = 10

export function exactly(
  workload: string,
  counts: readonly number[] | undefined,
  limit: number,
): SpeedPromise {
  const measured = counts?.find((count) => count !== limit) ?? counts?.[0]
  return { workload, wanted: `exactly ${limit}`, kind: 'exactly', limit, margin: 1, measured }
}

export function atMost(
  workload: string,
  wanted: string,
  measured: number | undefined,
  limit: number,
  margin = MARGIN,
): SpeedPromise {
  return { workload, wanted, kind: 'at most', limit, margin, measured }
}

export function atLeast(
  workload: string,
  wanted: string,
  measured: number | undefined,
  limit: number,
  margin = MARGIN,
): SpeedPromise {
  return { workload, wanted, kind: 'at least', limit, margin, measured }
}

/** The same promise, as each run measured it. */
export function judge(runs: readonly SpeedPromise[]): Verdict {
  const [{ workload, wanted, kind, limit, margin }] = runs as [SpeedPromise]
  const values = runs.flatMap(({ measured }) => (measured === undefined ? [] : [measured]))
  if (values.length === 0) return { workload, wanted }
  const middle = median(values)
  return { workload, wanted, median: middle, worst: worst(), met: isMet(), isGross: isGross() }

  function isMet(): boolean {
    if (kind === 'exactly') return values.every((value) => value === limit)
    return kind === 'at most' ? middle <= limit : middle >= limit
  }

  function isGross(): boolean {
    if (kind === 'exactly') return !isMet()
    return kind === 'at most' ? middle > Math.max(limit * margin, USUAL) : middle < limit / margin
  }

  function worst(): number {
    if (kind === 'exactly') return values.find((value) => value !== limit) ?? limit
    return kind === 'at most' ? Math.max(...values) : Math.min(...values)
  }
}
