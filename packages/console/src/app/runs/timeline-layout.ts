import type { StepRow } from '../data/runs.ts'
import { duration } from '../ui/format.ts'

/** A place on the axis, from 0 to 1. */
interface Bar {
  readonly left: number
  readonly width: number
}

export interface TimelineLine {
  readonly step: StepRow
  readonly bar: Bar
  /** The time before this step in which nothing was done, where it is too long to be drawn. */
  readonly pauseMs: number
  /** The attempt that begins here, after the first. */
  readonly attempt: number | undefined
}

/** Shorter pauses are drawn as they were. */
const SHORT_PAUSE_MS = 1000
/** Part of the axis that a longer one gets. */
const PAUSE_SHARE = 0.04

/**
 * Places steps on an axis of the time in which something was done: a weekend of waiting would leave nothing of a
 * second. The steps are given in the order in which they began.
 */
export function layOutTimeline(steps: readonly StepRow[]): TimelineLine[] {
  const spans: { start: number; end: number; pauseMs: number }[] = []
  for (const { startedAt, endedAt } of steps) {
    const last = spans.at(-1)
    if (last && startedAt <= last.end + SHORT_PAUSE_MS) last.end = Math.max(last.end, endedAt)
    else
      spans.push({
        start: startedAt,
        end: Math.max(startedAt, endedAt),
        pauseMs: last ? startedAt - last.end : 0,
      })
  }
  const busy = Math.max(
    1,
    spans.reduce((sum, { start, end }) => sum + end - start, 0),
  )
  const share = Math.min(PAUSE_SHARE, 0.5 / Math.max(spans.length, 1))
  const scale = (1 - share * Math.max(spans.length - 1, 0)) / busy
  let offset = 0
  const places = spans.map((span, index) => {
    const place = { ...span, offset }
    offset += (span.end - span.start) * scale + (index < spans.length - 1 ? share : 0)
    return place
  })
  let attempt = steps[0]?.attempt ?? 1
  let last: (typeof places)[number] | undefined
  return steps.map((step) => {
    const place = places.findLast(({ start }) => start <= step.startedAt) ?? places[0]!
    const left = place.offset + (step.startedAt - place.start) * scale
    const pauseMs = last && place !== last ? place.pauseMs : 0
    last = place
    const begins = step.attempt > attempt
    attempt = Math.max(attempt, step.attempt)
    return {
      step,
      bar: { left, width: Math.max(0, step.endedAt - step.startedAt) * scale },
      pauseMs,
      attempt: begins ? step.attempt : undefined,
    }
  })
}

/** `320 ms`, `4.2 s`, and from a minute on its two largest units. */
export function elapsed(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : duration(ms)
}
