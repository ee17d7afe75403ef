import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Effort } from '../measure.ts'
import { median } from '../median.ts'
import { type GeneratedMemory, memoryOf, QUERIES, randomWords } from './generated-memories.ts'
import { type MemoryDatabase, memoryByContext, memoryByHand } from './memory-databases.ts'

/**
 * Milliseconds of one operation, a median for each round; `byContext` and `byHand` with 100,000 facts, `small` by
 * context with 1,000. They are processor time, which other programs on the machine hardly change.
 */
export interface MemoryTimes {
  readonly byContext: readonly number[]
  readonly byHand: readonly number[]
  readonly small?: readonly number[]
}

/** By what is done: `remember`, and a `recall` of each kind of text. */
export type MemorySpeed = Readonly<Record<string, MemoryTimes>>

export interface MemorySpeedOptions {
  readonly rounds: number
  readonly round: Effort
  /** Before the first round, and not counted. */
  readonly warmUp: Effort
  readonly folder: string
}

interface Operation<Input> {
  /** What is given to it; another one for each number. Not timed. */
  input(number: number): Input
  run(database: MemoryDatabase, input: Input): unknown
}

export const REMEMBER = 'remember'

const SMALL = 1_000
const LARGE = 100_000
/** How many operations are timed together. */
const OPERATIONS = 10

export async function measureMemorySpeed(options: MemorySpeedOptions): Promise<MemorySpeed> {
  const folder = join(options.folder, 'memory')
  mkdirSync(folder)
  const byContext = await memoryByContext(folder, LARGE)
  const byHand = memoryByHand(folder, LARGE)
  const small = await memoryByContext(folder, SMALL)

  const speed: Record<string, MemoryTimes> = {}
  const remember: Operation<GeneratedMemory> = {
    input: (number) => memoryOf(`new ${number}`, randomWords(number)),
    run: (database, memory) => database.remember(memory),
  }
  speed[REMEMBER] = await measureInTurns({ byContext, byHand }, remember, options)
  for (const [title, query] of Object.entries(QUERIES)) {
    const recall: Operation<string> = { input: query, run: (database, text) => database.recall(text) }
    speed[`recall, ${title}`] = await measureInTurns({ byContext, byHand, small }, recall, options)
  }

  for (const database of [byContext, byHand, small]) await database.close()
  rmSync(folder, { recursive: true })
  return speed
}

async function measureInTurns<Name extends string, Input>(
  databases: Readonly<Record<Name, MemoryDatabase>>,
  { input, run }: Operation<Input>,
  { rounds, round: effort, warmUp }: MemorySpeedOptions,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(databases) as Name[]
  const medians = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>
  let number = 0
  for (let round = 0; round <= rounds; round++) {
    const { slices, budget } = round === 0 ? warmUp : effort
    const times = new Map(names.map((name): [Name, number[]] => [name, []]))
    for (let slice = 0; slice < slices; slice++) {
      const inputs = Array.from({ length: OPERATIONS }, (_, n) => input(number + n))
      number += OPERATIONS
      for (let place = 0; place < names.length; place++) {
        const name = names[(place + slice) % names.length]!
        const slicesOfName = times.get(name)!
        if (slicesOfName.reduce((sum, time) => sum + time * OPERATIONS, 0) > budget) continue
        const start = process.cpuUsage()
        for (const given of inputs) await run(databases[name], given)
        const { user, system } = process.cpuUsage(start)
        slicesOfName.push((user + system) / 1000 / OPERATIONS)
      }
    }
    if (round > 0) for (const [name, slicesOfName] of times) medians[name].push(median(slicesOfName))
  }
  return medians
}
