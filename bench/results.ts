import type { ConsoleTimes } from './console.ts'
import type { Machine } from './machine.ts'
import type { Timings } from './measure.ts'
import type { MemoryResults } from './memory/memory-report.ts'
import type { Neighbours } from './remote.ts'
import type { RunTimes } from './runs.ts'
import { type SkippedSystem, type System, takesPart } from './systems/system.ts'
import type { Transfer } from './transfer.ts'
import { remoteWorkloadGroup, type Workload, workloadGroups } from './workloads.ts'
import type { WritersRound } from './writers.ts'

/** Everything that one run found out. */
export interface Results {
  readonly machine: Machine
  readonly rounds: number
  readonly quick: boolean
  /** Only some of the workloads were run. */
  readonly partial: boolean
  readonly systems: readonly (System | SkippedSystem)[]
  readonly workloads: readonly Workload[]
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
  }
  readonly memory: MemoryResults
  readonly transfer?: Transfer | undefined
  readonly runs?: RunTimes | undefined
  readonly console?: ConsoleTimes | string | undefined
}

/** What `results/latest.json` holds. Times are in milliseconds, one median for each round. */
export function toJson(results: Results): string {
  const { systems, workloads, partial: _, ...rest } = results
  const content = {
    ...rest,
    systems: systems.map((system) =>
      takesPart(system)
        ? { name: system.name, durability: system.durability, versions: system.versions }
        : system,
    ),
  }
  return roundedJson(content)
}

/** What {@link toJson} wrote. The systems only have what it wrote of them. */
export function readResults(json: string): Results {
  const workloads = [...workloadGroups(), remoteWorkloadGroup()].flatMap(({ workloads }) => workloads)
  return { ...JSON.parse(json), partial: false, workloads }
}

export function roundedJson(content: unknown): string {
  const rounded = (_key: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(5)) : value
  return `${JSON.stringify(content, rounded, 2)}\n`
}
