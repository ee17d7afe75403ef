import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createDatabase } from './database-files.ts'
import { median } from './median.ts'
import type { Contestant, Job, System } from './systems/system.ts'
import type { Workload, WorkloadGroup } from './workloads.ts'

/** The median time of each round in milliseconds, by workload and by system. */
export type Timings = Record<string, Record<string, number[]>>

export interface MeasureOptions {
  readonly rounds: number
  readonly round: Effort
  /** Before the first round, and not counted. */
  readonly warmUp: Effort
  /** Where to put files. */
  readonly folder: string
}

export interface Effort {
  /** In each of these, every system takes its turn. */
  readonly slices: number
  /** A system that has used up so many milliseconds for a workload takes part in no further slice. */
  readonly budget: number
}

interface Entrant {
  readonly name: string
  readonly workloads: readonly Workload[]
  readonly contestant: Contestant
}

/** More than the slices of any round, so that no two jobs have the same number. */
const JOBS_PER_ROUND = 1_000

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as (options?: { type: 'minor' }) => void

/**
 * A round runs each workload in short slices. In each slice another system begins, so that what else the machine does
 * meets all of them.
 */
export async function measureGroup(
  group: WorkloadGroup,
  systems: readonly System[],
  { rounds, round: effort, warmUp, folder: parent }: MeasureOptions,
): Promise<Timings> {
  const folder = join(parent, 'group')
  mkdirSync(folder)
  const file = join(folder, 'seed.db')
  createDatabase(file, group.sessions)

  const entrants: Entrant[] = []
  for (const system of systems) {
    if (group.systems && !group.systems.includes(system.name)) continue
    const workloads = group.workloads.filter(({ key }) => system.unable?.(key) === undefined)
    if (workloads.length === 0) continue
    const contestant = await system.open({ sessions: group.sessions, file, readOnly: group.readOnly, folder })
    entrants.push({ name: system.name, workloads, contestant })
  }

  const timings: Timings = {}
  for (let round = 0; round <= rounds; round++) {
    for (const workload of group.workloads) {
      const able = entrants.filter(({ workloads }) => workloads.includes(workload))
      const samples = await measureRound(able, round === 0 ? warmUp : effort, (slice) =>
        workload.job(round * JOBS_PER_ROUND + slice),
      )
      if (round === 0) continue
      const bySystem = timings[workload.key] ?? {}
      for (const [name, times] of samples) bySystem[name] = [...(bySystem[name] ?? []), median(times)]
      timings[workload.key] = bySystem
    }
  }

  for (const { contestant } of entrants) await contestant.close()
  rmSync(folder, { recursive: true })
  return timings
}

async function measureRound(
  entrants: readonly Entrant[],
  { slices, budget }: Effort,
  job: (slice: number) => Job,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const samples = new Map(entrants.map(({ name }): [string, number[]] => [name, []]))
  collectGarbage()
  for (let slice = 0; slice < slices; slice++) {
    for (let place = 0; place < entrants.length; place++) {
      const { name, contestant } = entrants[(place + slice) % entrants.length]!
      const times = samples.get(name)!
      if (times.reduce((sum, time) => sum + time, 0) > budget) continue
      // Nobody pays for the garbage of the one before.
      collectGarbage({ type: 'minor' })
      times.push(...(await contestant.run(job(slice))))
    }
  }
  return samples
}
