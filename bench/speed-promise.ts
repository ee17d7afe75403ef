import { rounded } from './table.ts'

/** One thing that the project promises about its speed. */
export interface SpeedPromise {
  readonly workload: string
  /** What is promised, in words. */
  readonly wanted: string
  /** Absent where this run did not measure it. */
  readonly measured?: string
  readonly met?: boolean
  /** Whether it is missed by more than a busy machine explains: twice the limit, or by anything where it is a count. */
  readonly isGross?: boolean
}

const MARGIN = 2
/** A time, and not a ratio of two: a machine that others use may stand still for longer. */
export const MARGIN_OF_TIMES = 10

export function exactly(
  workload: string,
  counts: readonly number[] | undefined,
  limit: number,
): SpeedPromise {
  const wanted = `exactly ${limit}`
  if (counts === undefined) return { workload, wanted }
  const met = counts.every((count) => count === limit)
  return { workload, wanted, measured: counts.join(', '), met, isGross: !met }
}

export function atMost(
  workload: string,
  wanted: string,
  measured: number | undefined,
  limit: number,
  margin = MARGIN,
): SpeedPromise {
  if (measured === undefined) return { workload, wanted }
  return {
    workload,
    wanted,
    measured: rounded(measured),
    met: measured <= limit,
    isGross: measured > limit * margin,
  }
}

export function atLeast(
  workload: string,
  wanted: string,
  measured: number | undefined,
  limit: number,
): SpeedPromise {
  if (measured === undefined) return { workload, wanted }
  return {
    workload,
    wanted,
    measured: rounded(measured),
    met: measured >= limit,
    isGross: measured < limit / MARGIN,
  }
}
