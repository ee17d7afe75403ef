import type { CacheMemory } from './cache-memory.ts'
import type { ConsoleTimes } from './console.ts'
import type { Machine } from './machine.ts'
import type { Timings } from './measure.ts'
import type { MemoryResults } from './memory/memory-report.ts'
import type { Neighbours } from './remote.ts'
import type { RunTimes } from './runs.ts'
import type { SearchTimes } from './search.ts'
import { type SkippedSystem, type System, takesPart } from './systems/system.ts'
import type { Transfer } from './transfer.ts'
import type { WritersRound } from './writers.ts'

/** So many full runs are what is committed: one alone may have been lucky. */
export const ENOUGH_RUNS = 3

/** Everything that one run found out. */
export interface Results {
  readonly machine: Machine
  readonly rounds: number
  readonly quick: boolean
  /** Only some of the workloads were run. */
  readonly partial: boolean
  readonly systems: readonly (System | SkippedSystem)[]
  /** Which systems took no part in which workloads, and why. */
  readonly absences: readonly string[]
  readonly timings: Timings
  readonly writers: Readonly<Record<string, readonly WritersRound[]>>
  /** Fsyncs of one append, by system; or why they were not counted. */
  readonly fsyncs: Readonly<Record<string, number>> | string
  readonly remote: {
    /** Appends per second, for each round, by system. */
    readonly appends?: Readonly<Record<string, readonly number[]>>
    readonly neighbours?: Neighbours | undefined
    /** Of several turns. */
    readonly requests?: readonly number[] | undefined
    /** Bytes that a turn with 1,000 items stored brings down, in several turns. */
    readonly bytes?: readonly number[] | undefined
  }
  readonly cache?: CacheMemory | undefined
  readonly memory: MemoryResults
  readonly transfer?: Transfer | undefined
  readonly runs?: RunTimes | undefined
  readonly search?: SearchTimes | undefined
  readonly console?: ConsoleTimes | string | undefined
}

/** What a file of results holds. Times are in milliseconds, one median for each round. */
export function toJson(runs: readonly Results[]): string {
  const contents = runs.map((results) => ({
    ...results,
    systems: results.systems.map((system) =>
      takesPart(system)
        ? { name: system.name, durability: system.durability, versions: system.versions }
        : system,
    ),
  }))
  return roundedJson(contents)
}

/** What {@link toJson} wrote. The systems only have what it wrote of them. */
export function readResults(json: string): readonly Results[] {
  return JSON.parse(json)
}

/** The rounds of all runs, as if one run had taken them. What does not come in rounds is that of the first. */
export function joinRounds(runs: readonly Results[]): Results {
  return runs.reduce(joinTwo)
}

function joinTwo(first: Results, second: Results): Results {
  return {
    ...first,
    rounds: first.rounds + second.rounds,
    timings: joinArrays(first.timings, second.timings),
    writers: joinArrays(first.writers, second.writers),
    remote: joinArrays(first.remote, second.remote),
    memory: { ...first.memory, speed: joinArrays(first.memory.speed, second.memory.speed) },
    transfer: joinArrays(first.transfer, second.transfer),
    runs: joinArrays(first.runs, second.runs),
    search: joinArrays(first.search, second.search),
    console: joinArrays(first.console, second.console),
  }
}

function joinArrays<T>(first: T, second: T): T {
  if (Array.isArray(first)) return (Array.isArray(second) ? [...first, ...second] : first) as T
  if (typeof first !== 'object' || typeof second !== 'object' || !first || !second) return first
  const entries = Object.entries(first).map(([key, value]) => [
    key,
    joinArrays(value, (second as Record<string, unknown>)[key]),
  ])
  return Object.fromEntries(entries)
}

export function roundedJson(content: unknown): string {
  const rounded = (_key: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(5)) : value
  return `${JSON.stringify(content, rounded, 2)}\n`
}
