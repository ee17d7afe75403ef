/** One run: `node measure-all.ts <file> [--quick] [--only <workload>]` measures, and writes what it found out to the file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureCacheMemory } from './cache-memory.ts'
import { measureConsole } from './console.ts'
import { countFsyncs } from './fsyncs.ts'
import { describeMachine, isInMemory } from './machine.ts'
import { measureGroup, type Timings } from './measure.ts'
import { measureMemorySpeed } from './memory/memory-speed.ts'
import { measureRecallQuality } from './memory/recall-quality.ts'
import { countBytes, countRequests, measureAppends, measureNeighbours } from './remote.ts'
import { type Results, toJson } from './results.ts'
import { measureRuns } from './runs.ts'
import { measureSearch } from './search.ts'
import { allSystems, remoteSystems } from './systems/index.ts'
import { remotePythonSystems } from './systems/python.ts'
import { type System, takesPart } from './systems/system.ts'
import { measureTransfer } from './transfer.ts'
import { remoteWorkloadGroup, type Workload, type WorkloadGroup, workloadGroups } from './workloads.ts'
import { measureWriters } from './writers.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
})
const { quick, only } = values
const rounds = quick ? 5 : 9
const round = quick ? { slices: 2, budget: 100 } : { slices: 6, budget: 1_000 }
// Long enough for the optimizing compiler: what is measured is a program that has been running for a while.
const warmUp = { slices: 500, budget: quick ? 500 : 2_000 }
const writerRounds = 5
const writerMilliseconds = quick ? 300 : 1_500
const transferRounds = quick ? 1 : 3
const neighbourRounds = quick ? 1 : 3
const queryMilliseconds = quick ? 2_000 : 10_000
const wanted = (key: string) => only === undefined || key.startsWith(only)

// Beside the project, because the folder for temporary files is often in memory, where an fsync costs nothing.
const folder = mkdtempSync(join(import.meta.dirname, 'tmp-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
process.on('SIGINT', () => process.exit(130))
if (isInMemory(folder)) console.error('This folder is in memory: an fsync costs nothing here.')

const machine = describeMachine(folder)
const systems = await allSystems()
const present = systems.filter(takesPart)
const remote = remoteSystems()
const remotePython = await remotePythonSystems()

const timings: Timings = {}
const groups = workloadGroups().flatMap(onlyWanted)
for (const group of groups) {
  progress(titlesOf(group))
  Object.assign(timings, await measureGroup(group, present, { rounds, round, warmUp, folder }))
}

const writers =
  (await ifWanted('writers', '4 writer processes', () =>
    measureWriters(present, writerRounds, writerMilliseconds, folder),
  )) ?? {}

const fsyncs = (await ifWanted('fsyncs', 'fsyncs', () => countFsyncs(present, folder))) ?? {}

const remoteGroups = [remoteWorkloadGroup()].flatMap(onlyWanted)
for (const group of remoteGroups) {
  progress(titlesOf(group))
  const clients = [...remote, ...remotePython.filter(takesPart)]
  Object.assign(timings, await measureGroup(group, clients, { rounds, round, warmUp, folder }))
}

const appends = await ifWanted('remote-appends', 'appends of 32 sessions over HTTP', () =>
  measureAppends(remote, writerRounds, writerMilliseconds, folder),
)

const neighbours = await ifWanted('remote-neighbours', 'turns beside a long query', () =>
  measureNeighbours(remote, neighbourRounds, queryMilliseconds, folder),
)

const requests = await ifWanted('remote-requests', 'requests', () => countRequests(remote, folder))

const bytes = await ifWanted('remote-bytes', 'bytes of a turn', () => countBytes(remote, folder))

const cache = await ifWanted('cache', 'memory of what is kept', () => measureCacheMemory(folder))

const memorySpeed = await ifWanted('memory-speed', 'memory, 100,000 facts', () =>
  measureMemorySpeed({ rounds, round, warmUp, folder }),
)

const recallQuality = await ifWanted('memory-quality', 'recall quality', () => measureRecallQuality())

const transfer = await ifWanted('transfer', 'export and import', () =>
  measureTransfer(transferRounds, folder),
)

const runs = await ifWanted('runs', 'runs that survive', () =>
  measureRuns({ rounds, samples: quick ? 5 : 20, folder }),
)

const search = await ifWanted('search', 'the first hit of a search', () => measureSearch(rounds, folder))

const consoleTimes = await ifWanted('console', 'the first page of the console', () =>
  measureConsole(rounds, folder),
)

for (const system of [...present, ...remotePython.filter(takesPart)]) await system.close?.()

const workloads = [...groups, ...remoteGroups].flatMap(({ workloads }) => workloads)
const results: Results = {
  machine,
  rounds,
  quick,
  partial: only !== undefined,
  systems: [...systems, ...remote, ...remotePython],
  absences: present.flatMap((system) => absencesOf(system, workloads)),
  timings,
  writers,
  fsyncs,
  remote: { ...(appends && { appends }), neighbours, requests, bytes },
  cache,
  memory: { speed: memorySpeed, quality: recallQuality },
  transfer,
  runs,
  search,
  console: consoleTimes,
}
writeFileSync(positionals[0]!, toJson([results]))

function onlyWanted(group: WorkloadGroup): WorkloadGroup[] {
  const workloads = group.workloads.filter(({ key }) => wanted(key))
  return workloads.length === 0 ? [] : [{ ...group, workloads }]
}

function titlesOf({ workloads }: WorkloadGroup): string {
  return workloads.map(({ title }) => title).join('; ')
}

/** Measures it, unless only something else is wanted. */
async function ifWanted<Result>(
  key: string,
  what: string,
  measure: () => Result | Promise<Result>,
): Promise<Result | undefined> {
  if (!wanted(key)) return undefined
  progress(what)
  return await measure()
}

function progress(what: string) {
  console.error(`measuring ${what} ...`)
}

function absencesOf(system: System, workloads: readonly Workload[]): readonly string[] {
  return workloads.flatMap(({ key, title }) => {
    const reason = system.unable?.(key)
    return reason === undefined ? [] : [`${system.name}, ${title}: ${reason}.`]
  })
}
