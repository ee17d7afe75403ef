import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createDatabase } from './database-files.ts'
import { median } from './median.ts'
import type { System } from './systems/system.ts'
import type { WorkloadGroup } from './workloads.ts'

/** The median time of each round in milliseconds, by workload and by system. */
export type Timings = Record<string, Record<string, number[]>>

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Every round runs each workload once on each system, beginning with another system each time. */
export async function measureGroup(
  group: WorkloadGroup,
  systems: readonly System[],
  rounds: number,
  parent: string,
): Promise<Timings> {
  const folder = join(parent, 'group')
  mkdirSync(folder)
  const file = join(folder, 'seed.db')
  createDatabase(file, group.sessions)

  const contestants = []
  for (const system of systems) {
    const workloads = group.workloads.filter(({ key }) => system.unable?.(key) === undefined)
    if (workloads.length === 0) continue
    const contestant = await system.open({ sessions: group.sessions, file, readOnly: group.readOnly, folder })
    contestants.push({ name: system.name, workloads, contestant })
  }

  const timings: Timings = {}
  // Round 0 warms up and does not count.
  for (let round = 0; round <= rounds; round++) {
    for (const workload of group.workloads) {
      const job = workload.job(round)
      for (let place = 0; place < contestants.length; place++) {
        const { name, workloads, contestant } = contestants[(place + round) % contestants.length]!
        if (!workloads.includes(workload)) continue
        // Nobody pays for the garbage of the one before.
        collectGarbage()
        const times = await contestant.run(job)
        if (round === 0) continue
        const bySystem = timings[workload.key] ?? {}
        bySystem[name] = [...(bySystem[name] ?? []), median(times)]
        timings[workload.key] = bySystem
      }
    }
  }

  for (const { contestant } of contestants) await contestant.close()
  rmSync(folder, { recursive: true })
  return timings
}
