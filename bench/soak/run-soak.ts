import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { jsonLinesProcess } from '../json-lines-process.ts'
import type { Machine } from '../machine.ts'
import { median } from '../median.ts'
import { startPersqlServer } from '../systems/remote-persql.ts'
import { type Trend, trends } from './flatness.ts'
import type { LoadTarget } from './homes.ts'
import type { FinalReport, LoadJob, WindowReport } from './load-process.ts'
import { childrenOf, type Reading, read } from './readings.ts'
import type { Window } from './window.ts'

export interface Soak {
  readonly windows: readonly Window[]
  /** How often each operation was done. */
  readonly operations: Readonly<Record<string, number>>
  readonly faults: readonly string[]
  readonly trends: readonly Trend[]
}

/** What `results/soak.json` holds. */
export interface SoakResults {
  readonly machine: Machine
  /** Of each soak. */
  readonly minutes: number
  readonly soaks: Readonly<Record<string, Soak>>
}

export interface SoakOptions {
  readonly windows: number
  readonly windowMilliseconds: number
  /** Where to put files. */
  readonly folder: string
}

export const SOAKS = {
  /** Two processes on one file. */
  local(options: SoakOptions): Promise<Soak> {
    const folder = join(options.folder, 'local')
    mkdirSync(folder)
    return runSoak({ file: join(folder, 'soak.db') }, 2, folder, () => ({}), options)
  },

  /** One client on several databases of the server's binary. */
  async server(options: SoakOptions): Promise<Soak> {
    const folder = join(options.folder, 'server')
    const server = await startPersqlServer(folder, YOUNG_GENERATION)
    const processes = () => ({ 'the server': [server.pid], 'its workers': childrenOf(server.pid) })
    const soak = await runSoak({ url: server.url }, 1, folder, processes, options)
    await server.close()
    return soak
  },
}

/** As in the unit of docs/self-hosting.md. Without it, V8 lets the server grow until a third of the time is over. */
const YOUNG_GENERATION = { NODE_OPTIONS: '--max-semi-space-size=16' }

const LOAD_PROCESS = fileURLToPath(import.meta.resolve('./load-process.ts'))
const READING_MILLISECONDS = 1_000

async function runSoak(
  target: LoadTarget,
  loads: number,
  folder: string,
  others: () => Record<string, readonly number[]>,
  { windows: count, windowMilliseconds }: SoakOptions,
): Promise<Soak> {
  const children = Array.from({ length: loads }, () => jsonLinesProcess([process.execPath, LOAD_PROCESS]))
  const name = 'file' in target ? 'the processes' : 'the client'
  const readNow = () => read({ [name]: children.map(({ pid }) => pid), ...others() }, folder)
  for (const [number, child] of children.entries()) {
    child.send({ target, number, windows: count, windowMilliseconds } satisfies LoadJob)
  }

  const windows: Window[] = []
  for (let number = 0; number < count; number++) {
    const readings: Reading[] = []
    const timer = setInterval(() => readings.push(readNow()), READING_MILLISECONDS)
    const reports = (await Promise.all(children.map((child) => child.receive()))) as WindowReport[]
    clearInterval(timer)
    windows.push(summary([...readings, readNow()], reports))
  }
  const finals = (await Promise.all(children.map((child) => child.receive()))) as FinalReport[]
  await Promise.all(children.map((child) => child.close()))

  const operations: Record<string, number> = {}
  for (const [operation, times] of finals.flatMap((final) => Object.entries(final.operations))) {
    operations[operation] = (operations[operation] ?? 0) + times
  }
  return { windows, operations, faults: finals.flatMap(({ faults }) => faults), trends: trends(windows) }
}

function summary(readings: readonly Reading[], reports: readonly WindowReport[]): Window {
  const names = Object.keys(readings[0]!.memoryMiB)
  return {
    memoryMiB: Object.fromEntries(
      names.map((name) => [name, median(readings.map(({ memoryMiB }) => memoryMiB[name]!))]),
    ),
    handles: median(readings.map(({ handles }) => handles)),
    walMiB: Math.max(...readings.map(({ walMiB }) => walMiB)),
    dataMiB: median(readings.map(({ dataMiB }) => dataMiB)),
    p50: Math.max(...reports.map(({ p50 }) => p50)),
    p99: Math.max(...reports.map(({ p99 }) => p99)),
  }
}
