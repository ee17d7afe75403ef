import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import * as sdk from '@openai/agents-core'
import {
  Agent,
  type Model,
  Runner,
  setDefaultModelProvider,
  setTracingDisabled,
  tool,
  Usage,
} from '@openai/agents-core'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { PerSQLSession, RunStore } from '@persql/openai-agents'
import type { SqlDriver } from '@persql/session-core'
import { median } from './median.ts'

// What a run of a RunStore costs beside the same run of the Agents SDK, and how long a long run takes to resume.
// The agents answer at once, so that nothing is measured but the runs themselves.

const TURNS = 6
const SAMPLES = Number(process.argv[2] ?? 40)

setTracingDisabled(true)
setDefaultModelProvider({
  getModel: () => {
    throw new Error('Each agent has its model.')
  },
})

/** An agent that calls a tool in each turn and then ends; the tool breaks the run in one of them, once. */
function agentOf(turns: number, breaksAt = -1): Agent {
  let breaks = breaksAt
  const model: Model = {
    async getResponse({ input }) {
      const turn =
        typeof input === 'string' ? 0 : input.filter(({ type }) => type === 'function_call_result').length
      const output = [
        turn < turns
          ? ({
              type: 'function_call',
              callId: `call-${turn}`,
              name: 'work',
              arguments: `{"turn":${turn}}`,
            } as const)
          : ({
              type: 'message',
              role: 'assistant',
              status: 'completed',
              content: [{ type: 'output_text', text: 'Done.' }],
            } as const),
      ]
      return { usage: new Usage(), output: output as Awaited<ReturnType<Model['getResponse']>>['output'] }
    },
    getStreamedResponse: () => {
      throw new Error('Nothing here streams.')
    },
  }
  const work = tool({
    name: 'work',
    description: 'Does one thing.',
    strict: false,
    parameters: { type: 'object', properties: {}, required: [], additionalProperties: true },
    errorFunction: null,
    execute: async (input) => {
      const { turn } = input as { turn: number }
      if (turn === breaks) {
        breaks = -1
        throw new Error('It breaks.')
      }
      return 'x'.repeat(200)
    },
  })
  return new Agent({ name: 'Worker', model, tools: [work] })
}

const newFolder = () => mkdtempSync(join(tmpdir(), 'persql-runs-'))
const ms = (from: number) => performance.now() - from

/** The driver, which counts its batches that write: on a file, each is one fsync. */
function counting(driver: SqlDriver): SqlDriver & { writes: number } {
  const counted = {
    ...driver,
    writes: 0,
    batch: (...[statements, options]: Parameters<SqlDriver['batch']>) => {
      if (!options?.readOnly) counted.writes += 1
      return driver.batch(statements, options)
    },
  }
  return counted
}

async function compare(): Promise<void> {
  const folder = newFolder()
  const driver = counting(betterSqlite3Driver(join(folder, 'agents.db')))
  const runs = new RunStore(driver, { sdk })
  const runner = new Runner()
  const agent = agentOf(TURNS)
  const plain: number[] = []
  const durable: number[] = []
  let writes = { plain: 0, durable: 0 }
  for (let sample = -5; sample < SAMPLES; sample++) {
    const first = new PerSQLSession(`plain ${sample}`, driver)
    const before = driver.writes
    const from = performance.now()
    await runner.run(agent, 'Go.', { session: first })
    if (sample >= 0) plain.push(ms(from))
    const between = driver.writes
    const second = new PerSQLSession(`durable ${sample}`, driver)
    const again = performance.now()
    await runs.run(agent, 'Go.', { runId: `run ${sample}`, session: second })
    if (sample >= 0) durable.push(ms(again))
    writes = { plain: between - before, durable: driver.writes - between }
  }
  await driver.close()
  rmSync(folder, { recursive: true, force: true })
  const [usual, own] = [median(plain), median(durable)]
  const steps = 2 * TURNS + 1
  console.log(`A run of ${TURNS} tool turns, ${steps} steps, on a file, with a session:`)
  console.log(`  run       ${usual.toFixed(2)} ms, ${writes.plain} writes`)
  console.log(
    `  runs.run  ${own.toFixed(2)} ms, ${writes.durable} writes: ${(own / usual).toFixed(1)} times as long`,
  )
  console.log(`  more writes than steps: ${writes.durable - writes.plain - steps}`)
}

/** How long a run takes to resume that broke in its last turn. */
async function resume(turns: number): Promise<number> {
  const folder = newFolder()
  const driver = betterSqlite3Driver(join(folder, 'agents.db'))
  const runs = new RunStore(driver, { sdk })
  const agent = agentOf(turns, turns - 1)
  const options = { runId: 'long', maxTurns: turns + 2 }
  await runs.run(agent, 'Go.', options).catch(() => undefined)
  const from = performance.now()
  await runs.run(agent, 'Go.', options)
  const took = ms(from)
  await driver.close()
  rmSync(folder, { recursive: true, force: true })
  return took
}

/** What the Agents SDK itself needs for so many turns, which no journal makes shorter. */
async function bare(turns: number): Promise<number> {
  const from = performance.now()
  await new Runner().run(agentOf(turns), 'Go.', { maxTurns: turns + 2 })
  return ms(from)
}

await compare()
console.log('A run that broke in its last turn, resumed, and what the SDK alone needs for the same turns:')
await bare(20)
for (const turns of [60, 125, 250]) {
  const [resumed, alone] = [await resume(turns), await bare(turns)]
  console.log(`  ${2 * turns + 1} steps: ${resumed.toFixed(0)} ms, alone ${alone.toFixed(0)} ms`)
}
