import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { MCPServerStdio, type RunItem, Runner, setTracingDisabled } from '@openai/agents'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import type { SqlDriver } from '@persql/session-core'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { PerSQLSession, RunStore } from '../src/index.ts'
import { SCENARIOS, type Scenario, World } from './support/run-scenarios.ts'

// Whatever the runner of the Agents SDK can do, a run of a RunStore does as `run` does: the same result, the same events,
// the same rows in the session; also when its process dies after any of its steps.

setTracingDisabled(true)

let mcp: MCPServerStdio
let log: string

beforeAll(async () => {
  log = temporaryPaths((remove) => afterAll(remove))('calls')
  const program = fileURLToPath(new URL('./support/mcp-worker.ts', import.meta.url))
  mcp = new MCPServerStdio({ name: 'weather', command: process.execPath, args: [program, log] })
  await mcp.connect()
})

afterAll(() => mcp.close())

let driver: SqlDriver

beforeEach(() => {
  driver = betterSqlite3Driver(':memory:')
  return () => driver.close()
})

/** What a run came to, as far as it has anything that can be compared. */
interface Outcome {
  readonly result?: object
  readonly error?: string
  readonly events: readonly string[]
  readonly items: readonly unknown[]
  readonly calls: readonly string[]
  readonly mcpCalls: number
  readonly asked: number
}

// biome-ignore lint/suspicious/noExplicitAny: Of streamed runs and of others, of any agent.
type Result = any

const errorOf = (error: unknown) =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error)
const mcpCalls = () => (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').length : 0)

function shapeOf(result: Result): object {
  return {
    finalOutput: result.finalOutput,
    output: result.output,
    history: result.history,
    newItems: result.newItems.map((item: RunItem) => item.toJSON()),
    lastAgent: result.lastAgent?.name,
    lastResponseId: result.lastResponseId,
    responses: result.rawResponses,
    guardrails: [
      result.inputGuardrailResults,
      result.outputGuardrailResults,
      result.toolInputGuardrailResults,
      result.toolOutputGuardrailResults,
    ].map((results: { output: unknown }[]) => results.map(({ output }) => output)),
    usage: result.state.usage,
  }
}

/** Reads a result to its end; gives the names of its events, without those of the model itself. */
async function readEvents(result: Result, events: string[]): Promise<void> {
  if (!result.completed) return
  for await (const event of result) {
    if (event.type === 'run_item_stream_event') events.push(event.name)
    else if (event.type === 'agent_updated_stream_event') events.push(`agent ${event.agent.name}`)
  }
  await result.completed
}

describe.each(['streamed', 'not streamed'])('%s:', (kind) => {
  const stream = kind === 'streamed'

  async function outcome(
    world: World,
    session: PerSQLSession,
    work: (events: string[]) => Promise<Result>,
  ): Promise<Outcome> {
    Object.assign(world, { done: [], asked: 0 })
    const before = mcpCalls()
    const events: string[] = []
    const ended = await work(events).then(
      (result) => ({ result: shapeOf(result) }),
      (error: unknown) => ({ error: errorOf(error) }),
    )
    return {
      ...ended,
      events,
      items: await session.getItems(),
      calls: world.done.map(({ call }) => call).sort(),
      mcpCalls: mcpCalls() - before,
      asked: world.asked,
    }
  }

  const HISTORY = [{ role: 'user' as const, content: 'before' }]

  async function plain(scenario: Scenario, world: World): Promise<Outcome> {
    const session = new PerSQLSession('plain', driver)
    await session.addItems(HISTORY)
    return outcome(world, session, async (events) => {
      const agent = scenario.agent(world)
      const options = { ...scenario.options?.(world), session, stream } as never
      const runner = new Runner(options)
      let result: Result = await runner.run(agent, scenario.input ?? 'hi', options)
      await readEvents(result, events)
      while (result.interruptions.length > 0) {
        for (const interruption of result.interruptions) {
          const { approve, always, message } = scenario.decide?.(interruption.name) ?? { approve: true }
          if (approve) result.state.approve(interruption, { alwaysApprove: always ?? false })
          else result.state.reject(interruption, { ...(message !== undefined && { message }) })
        }
        events.length = 0
        result = await runner.run(agent, result.state, options)
        await readEvents(result, events)
      }
      return result
    })
  }

  /** The run through a RunStore, whose process dies once so many steps are recorded; and what was asked after that. */
  async function durable(scenario: Scenario, world: World, lastStep = Number.POSITIVE_INFINITY) {
    const mortal = mortalDriver(driver, lastStep)
    const session = new PerSQLSession('durable', driver)
    await session.addItems(HISTORY)
    let own = new RunStore(mortal.driver)
    const seen = new RunStore(driver)
    let revived = Number.POSITIVE_INFINITY
    const recorded: string[] = []

    const ended = await outcome(world, session, async (events) => {
      for (;;) {
        events.length = 0
        const agent = scenario.agent(world)
        const live = mortal.isDead() ? driver : mortal.driver
        const options = {
          ...scenario.options?.(world),
          runId: 'r',
          session: new PerSQLSession('durable', live),
          stream,
        }
        try {
          const result: Result = await own.run(agent, scenario.input ?? 'hi', options as never)
          await readEvents(result, events)
          if (result.interruptions.length === 0) return result
          for (const { callId, tool, decision } of await seen.approvals('r')) {
            if (decision === undefined)
              await seen.decide('r', callId, scenario.decide?.(tool) ?? { approve: true })
          }
        } catch (error) {
          if (!mortal.isDead() || own === seen) throw error
          own = seen
          revived = world.done.length
          recorded.push(
            ...(await seen.steps('r')).filter(({ kind }) => kind === 'tool').map(({ key }) => key),
          )
          await driver.batch([{ sql: 'update agent_runs set lease_until = 0' }])
        }
      }
    })
    const again = world.done.slice(revived).filter(({ key }) => recorded.includes(`tool ${key?.slice(2)}`))
    return { ...ended, died: mortal.isDead(), again }
  }

  test.each(Object.entries(SCENARIOS))('%s', async (_, scenario) => {
    const world = new World(mcp)
    const expected = await plain(scenario, world)
    if (scenario.fails === undefined) expect(expected.error).toBeUndefined()
    else expect(expected.error).toContain(scenario.fails)
    // What a run that fails leaves in its session is nothing.
    const items = scenario.fails === undefined ? expected.items : HISTORY

    const { died: _died, again: _again, ...whole } = await durable(scenario, world)
    expect(whole).toEqual({ ...expected, items })
    const steps = (await new RunStore(driver).steps('r')).length

    const { parallel = 1 } = scenario
    for (let step = 1; step <= steps; step++) {
      await driver.close()
      driver = betterSqlite3Driver(':memory:')
      const { died, again, calls, asked, ...ended } = await durable(scenario, world, step)
      expect(died).toBe(true)
      expect(again).toEqual([])
      const { calls: expectedCalls, asked: expectedAsked, ...others } = expected
      expect(ended).toEqual({ ...others, items })
      expect([...new Set(calls)]).toEqual([...new Set(expectedCalls)])
      expect(calls.length).toBeLessThan(expectedCalls.length + parallel)
      expect(asked).toBe(expectedAsked)
    }
  })
})

/** The driver of a process that dies once so many steps of a run are on disk. */
function mortalDriver(driver: SqlDriver, lastStep: number): { driver: SqlDriver; isDead(): boolean } {
  let isDead = false
  const batch: SqlDriver['batch'] = async (statements, options) => {
    if (isDead) throw new Error('The process is dead.')
    const results = await driver.batch(statements, options)
    if (options?.readOnly || !statements.some(({ sql }) => sql.includes('agent_run_steps'))) return results
    const [count] = await driver.batch([{ sql: 'select count(*) from agent_run_steps' }], { readOnly: true })
    if (Number(count?.rows[0]?.[0]) < lastStep) return results
    isDead = true
    throw new Error('The process is dead.')
  }
  return { driver: { ...driver, batch }, isDead: () => isDead }
}
