import { rmSync } from 'node:fs'
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
import { median, medianRatio } from './median.ts'
import { atMost, type SpeedPromise } from './speed-promise.ts'
import { rounded, time } from './table.ts'

/** What a run of a RunStore costs beside the same run of the Agents SDK, and how long a long run takes to resume. */
export interface RunTimes {
  /** A run of {@link RUN_TURNS} turns with a session on a file, in milliseconds, one median for each round. */
  readonly sdk: readonly number[]
  readonly durable: readonly number[]
  /** What such a run writes beyond one batch for each of its steps and what its session writes. */
  readonly extraWrites: number
  /** How long a run takes to resume that broke in its last turn, beside all its turns without a journal. */
  readonly resumed: Readonly<
    Record<'short' | 'long', { readonly own: readonly number[]; readonly sdk: readonly number[] }>
  >
}

interface RunsEffort {
  readonly rounds: number
  /** Runs in each round. */
  readonly samples: number
  readonly folder: string
}

const RUN_TURNS = 6
const SHORT = 125
const LONG = 250
const stepsOf = (turns: number) => 2 * turns + 1
const RESUMED_STEPS = { short: stepsOf(SHORT), long: stepsOf(LONG) }

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

/** The agents answer at once, so that nothing is measured but the runs themselves. */
export async function measureRuns(effort: RunsEffort): Promise<RunTimes> {
  setTracingDisabled(true)
  setDefaultModelProvider({
    getModel: () => {
      throw new Error('Each agent has its model.')
    },
  })
  const compared = await compare(effort)
  const resumed: Record<'short' | 'long', { own: number[]; sdk: number[] }> = {
    short: { own: [], sdk: [] },
    long: { own: [], sdk: [] },
  }
  for (let round = -1; round < effort.rounds; round++) {
    for (const [length, turns] of [
      ['short', SHORT],
      ['long', LONG],
    ] as const) {
      const own = await resume(turns, effort.folder)
      const alone = await runAlone(turns)
      if (round < 0) continue
      resumed[length].own.push(own)
      resumed[length].sdk.push(alone)
    }
  }
  return { ...compared, resumed }
}

async function compare({ rounds, samples, folder }: RunsEffort) {
  const file = join(folder, 'runs.db')
  const driver = counting(betterSqlite3Driver(file))
  const runs = new RunStore(driver, { sdk })
  const runner = new Runner()
  const agent = agentOf(RUN_TURNS)
  const times = { sdk: [] as number[], durable: [] as number[] }
  let extraWrites = 0
  // The first round is for the compiler.
  for (let round = -1; round < rounds; round++) {
    const ofRound = { sdk: [] as number[], durable: [] as number[] }
    for (let sample = 0; sample < samples; sample++) {
      const name = `${round} ${sample}`
      const first = new PerSQLSession(`plain ${name}`, driver)
      const before = driver.writes
      const from = performance.now()
      await runner.run(agent, 'Go.', { session: first })
      ofRound.sdk.push(ms(from))
      const between = driver.writes
      const second = new PerSQLSession(`durable ${name}`, driver)
      const again = performance.now()
      await runs.run(agent, 'Go.', { runId: name, session: second })
      ofRound.durable.push(ms(again))
      extraWrites = driver.writes - between - (between - before) - stepsOf(RUN_TURNS)
    }
    if (round < 0) continue
    times.sdk.push(median(ofRound.sdk))
    times.durable.push(median(ofRound.durable))
  }
  await driver.close()
  rmSync(file)
  return { ...times, extraWrites }
}

async function resume(turns: number, folder: string): Promise<number> {
  const file = join(folder, 'resumed-runs.db')
  const driver = betterSqlite3Driver(file)
  const runs = new RunStore(driver, { sdk })
  const agent = agentOf(turns, turns - 1)
  const options = { runId: 'long', maxTurns: turns + 2 }
  await runs.run(agent, 'Go.', options).catch(() => undefined)
  const from = performance.now()
  await runs.run(agent, 'Go.', options)
  const took = ms(from)
  await driver.close()
  rmSync(file)
  return took
}

/** What the Agents SDK itself needs for so many turns, which no journal makes shorter. */
async function runAlone(turns: number): Promise<number> {
  const from = performance.now()
  await new Runner().run(agentOf(turns), 'Go.', { maxTurns: turns + 2 })
  return ms(from)
}

/** The lines of the report. */
export function runLines(times: RunTimes | undefined): string {
  if (!times) return ''
  const { sdk: plain, durable, extraWrites, resumed } = times
  const resuming = (['short', 'long'] as const).map((length) => {
    const { own, sdk } = resumed[length]
    return `${RESUMED_STEPS[length]} steps in ${time(median(own))}, which is ${rounded(medianRatio(own, sdk))} times`
  })
  return [
    `A run of ${RUN_TURNS} tool turns with a session on a file: ${time(median(plain))} by \`run\`, ` +
      `${rounded(medianRatio(durable, plain))} times that by \`runs.run\`, which writes once for each of its ` +
      `${stepsOf(RUN_TURNS)} steps and ${extraWrites} times more.`,
    `A run that broke in its last turn resumes, with ${resuming.join(', and with ')} what \`run\` needs for its turns.`,
  ].join('\n')
}

export function runPromises(times: RunTimes | undefined): readonly SpeedPromise[] {
  const long = times?.resumed.long
  return [
    atMost(
      `writes of a run of ${RUN_TURNS} tool turns beyond one for each step`,
      'at most 3',
      times?.extraWrites,
      3,
      1,
    ),
    atMost(
      `a run of ${RUN_TURNS} tool turns through \`runs.run\`, with models that answer at once`,
      'at most 16 times `run`, whose writes are one',
      times && medianRatio(times.durable, times.sdk),
      16,
    ),
    atMost(
      `resuming a run of ${RESUMED_STEPS.long} steps`,
      'at most 1.4 times `run` of the same turns',
      long && medianRatio(long.own, long.sdk),
      1.4,
    ),
  ]
}
