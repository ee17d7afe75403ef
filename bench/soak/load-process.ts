/**
 * The mixed load of a soak, in a process of its own: `node load-process.ts`.
 *
 * The first line of input is a {@link LoadJob}. It answers with one {@link WindowReport} for each window, without a
 * pause between them, and at the end with a {@link FinalReport}. Ends when its input does.
 */
import { createInterface } from 'node:readline'
import { setImmediate } from 'node:timers/promises'
import { median, percentile } from '../median.ts'
import { homesOf, type LoadTarget, type OpenHome } from './homes.ts'
import { MixedLoad, type Operation } from './mixed-load.ts'

export interface LoadJob {
  readonly target: LoadTarget
  /** Of this process, so that no two write to the same sessions. */
  readonly number: number
  readonly windows: number
  readonly windowMilliseconds: number
}

export interface WindowReport {
  /** Of turns, in milliseconds. */
  readonly p50: number
  readonly p99: number
}

export interface FinalReport {
  readonly operations: Readonly<Partial<Record<Operation | 'database', number>>>
  /** Calls that failed, and answers that were not what had been written. */
  readonly faults: readonly string[]
}

/** Loads that use one database at the same time. */
const LOADS = 2

const lines = createInterface({ input: process.stdin })
// Also where the process that started this one has ended.
lines.once('close', () => process.exit())
const { value } = await lines[Symbol.asyncIterator]().next()
const { target, number, windows, windowMilliseconds } = JSON.parse(value ?? '') as LoadJob

const operations: Partial<Record<Operation | 'database', number>> = {}
const faults: string[] = []
let times: number[] = []
let window = 0

const homes = homesOf(target)
const first = await Promise.all(homes.list.map((_, index) => moveInto(index, 0)))
const timer = setInterval(endWindow, windowMilliseconds)
await Promise.all(first.map((residence, index) => liveIn(index, residence)))
faults.push(...(await homes.close()))
answer({ operations, faults } satisfies FinalReport)

interface Residence {
  readonly home: OpenHome
  readonly loads: readonly MixedLoad[]
}

async function moveInto(index: number, generation: number): Promise<Residence> {
  const home = await homes.list[index]!.open(generation)
  const loads = Array.from(
    { length: LOADS },
    (_, load) => new MixedLoad(home.driver, (number * homes.list.length + index) * LOADS + load),
  )
  await Promise.all(loads.map((load) => load.begin()))
  return { home, loads }
}

/** Uses one database after the other, until the last window has ended. */
async function liveIn(index: number, first: Residence): Promise<void> {
  let { home, loads } = first
  // The first ones end one after the other, and so do those that follow: the stored data keeps its size.
  let lifetime = (homes.lifetime * windows * windowMilliseconds * (index + 1)) / homes.list.length
  for (let generation = 1; ; generation++) {
    const end = performance.now() + lifetime
    await Promise.all(loads.map((load) => use(load, end)))
    for (const load of loads) {
      await load.verify()
      faults.push(...load.faults)
    }
    if (window === windows) return
    await home.drop()
    operations.database = (operations.database ?? 0) + 1
    ;({ home, loads } = await moveInto(index, generation))
    lifetime = homes.lifetime * windows * windowMilliseconds
  }
}

async function use(load: MixedLoad, end: number): Promise<void> {
  while (window < windows && performance.now() < end) {
    const start = performance.now()
    const operation = await load.step()
    if (operation === 'turn') times.push(performance.now() - start)
    operations[operation] = (operations[operation] ?? 0) + 1
    // A local driver resolves without ever giving way to timers and pipes.
    await setImmediate()
  }
}

function endWindow() {
  // On a machine so slow, a window takes longer.
  if (times.length === 0) return
  answer({ p50: median(times), p99: percentile(times, 0.99) } satisfies WindowReport)
  times = []
  window++
  if (window === windows) clearInterval(timer)
}

function answer(message: unknown) {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
