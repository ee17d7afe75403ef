import { rounded } from './table.ts'

/** One thing that the project promises about its speed. */
export interface Reach {
  readonly workload: string
  readonly reach: string
  /** Absent where this run did not measure it. */
  readonly measured?: string
  readonly met?: boolean
}

export function atMost(workload: string, reach: string, measured: number | undefined, limit: number): Reach {
  if (measured === undefined) return { workload, reach }
  return { workload, reach, measured: rounded(measured), met: measured <= limit }
}

export function atLeast(workload: string, reach: string, measured: number | undefined, limit: number): Reach {
  if (measured === undefined) return { workload, reach }
  return { workload, reach, measured: rounded(measured), met: measured >= limit }
}
