import { rounded } from './table.ts'

/** One thing that the project promises about its speed. */
export interface Reach {
  readonly workload: string
  readonly reach: string
  /** Absent where this run did not measure it. */
  readonly measured?: string
  readonly met?: boolean
  /** Whether it is missed by more than a busy machine explains: twice the reach, or by anything where it is a count. */
  readonly isGross?: boolean
}

const MARGIN = 2
/** A time, and not a ratio of two: a machine that others use may stand still for longer. */
export const MARGIN_OF_TIMES = 10

export function exactly(workload: string, counts: readonly number[] | undefined, wanted: number): Reach {
  const reach = `exactly ${wanted}`
  if (counts === undefined) return { workload, reach }
  const met = counts.every((count) => count === wanted)
  return { workload, reach, measured: counts.join(', '), met, isGross: !met }
}

export function atMost(
  workload: string,
  reach: string,
  measured: number | undefined,
  limit: number,
  margin = MARGIN,
): Reach {
  if (measured === undefined) return { workload, reach }
  return {
    workload,
    reach,
    measured: rounded(measured),
    met: measured <= limit,
    isGross: measured > limit * margin,
  }
}

export function atLeast(workload: string, reach: string, measured: number | undefined, limit: number): Reach {
  if (measured === undefined) return { workload, reach }
  return {
    workload,
    reach,
    measured: rounded(measured),
    met: measured >= limit,
    isGross: measured < limit / MARGIN,
  }
}
