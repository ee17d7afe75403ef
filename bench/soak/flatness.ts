import { median } from '../median.ts'
import type { Window } from './window.ts'

/** How one measure of a soak went on. */
export interface Trend {
  readonly measure: string
  /** The medians of the first and of the last third of the windows. */
  readonly first: number
  readonly last: number
  /** The last may be at most so many times the first. */
  readonly limit: number
  readonly isFlat: boolean
}

/** While caches and compilers warm up. */
const NOT_COUNTED = 0.1
const HELD = 1.1
/** Those of the server hold a record of each change, and so are larger while the machine is faster. */
const STORED = 1.25
/** Whatever else the machine does shows in times. */
const TIMES = 1.5

export function trends(windows: readonly Window[]): readonly Trend[] {
  const counted = windows.slice(Math.ceil(windows.length * NOT_COUNTED))
  const third = Math.ceil(counted.length / 3)

  function trend(measure: string, limit: number, pick: (window: Window) => number): Trend {
    const values = counted.map(pick)
    const first = median(values.slice(0, third))
    const last = median(values.slice(-third))
    return { measure, first, last, limit, isFlat: last <= first * limit }
  }

  return [
    ...Object.keys(counted[0]?.memoryMiB ?? {}).map((name) =>
      trend(`memory of ${name}, MiB`, HELD, ({ memoryMiB }) => memoryMiB[name]!),
    ),
    trend('open files', HELD, ({ handles }) => handles),
    trend('largest WAL, MiB', HELD, ({ walMiB }) => walMiB),
    trend('databases, MiB', STORED, ({ dataMiB }) => dataMiB),
    trend('turn, p50 in ms', TIMES, ({ p50 }) => p50),
    trend('turn, p99 in ms', TIMES, ({ p99 }) => p99),
  ]
}
