import { Agent, setTracingDisabled, tool } from '@openai/agents'
import { assistantMessage, functionCall, ScriptedModel } from '@openai/agents-core/testing'
import { PerSQLSession, RunStore } from '@persql/openai-agents'
import { RunJournal, type SqlDriver } from '@persql/session-core'
import { z } from 'zod'

setTracingDisabled(true)

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const findOrder = tool({
  name: 'find_order',
  description: 'Looks an order up.',
  parameters: z.object({ order: z.string() }),
  execute: async ({ order }) => {
    await pause(60)
    return { order, status: 'shipped', carrier: { name: 'Parcel Post', tracking: `PP-${order}-EU` } }
  },
})
const weather = tool({
  name: 'get_weather',
  description: 'Tells the weather of a place.',
  parameters: z.object({ place: z.string() }),
  execute: async () => {
    await pause(30)
    throw new Error('The weather service did not answer.')
  },
})
const refund = tool({
  name: 'refund',
  description: 'Pays money back.',
  parameters: z.object({ amount: z.number(), reason: z.string(), to: z.object({ iban: z.string() }) }),
  needsApproval: true,
  execute: async ({ amount }) => `${amount} EUR paid back`,
})

type Output = ReturnType<typeof functionCall> | ReturnType<typeof assistantMessage>

/** A call of the tool that needs approval. */
export function refundCall(callId: string, amount: number, reason = 'charged twice'): Output {
  return functionCall('refund', { amount, reason, to: { iban: 'NO93 8601 1117 947' } }, { callId })
}

/** Runs an agent with an offline model that gives these outputs, one list for each time that it is asked. */
export async function runAgent(driver: SqlDriver, runId: string, sessionId: string, ...outputs: Output[][]) {
  // No two begin at the same time, so that their order is known.
  await pause(2)
  const runs = new RunStore(driver)
  const agent = new Agent({
    name: 'Support',
    model: new ScriptedModel(outputs),
    tools: [findOrder, weather, refund],
  })
  const input = (await runs.get(runId)) ? undefined : `Please see to ${runId}.`
  return runs.run(agent, input, {
    runId,
    session: new PerSQLSession(sessionId, driver),
    owner: 'support-desk',
  })
}

/** Runs of each status, run for real: one with parallel calls, one that went on after a decision, one whose process died. */
export async function generateRuns(driver: SqlDriver): Promise<void> {
  const runs = new RunStore(driver)
  const calls = [
    functionCall('find_order', { order: 'A-1000' }, { callId: 'call-1' }),
    functionCall('get_weather', { place: 'Lima' }, { callId: 'call-2' }),
    functionCall('find_order', { order: 'A-1001' }, { callId: 'call-3' }),
  ]
  await runAgent(driver, 'order-1000', 'customer-7', calls, [assistantMessage('Both are on their way.')])

  await runAgent(driver, 'refund-10', 'customer-8', calls, [refundCall('call-10', 10)])
  await runs.decide('refund-10', 'call-10', {
    approve: true,
    by: 'ann@example.com',
    message: 'Seen the receipt.',
  })
  await runAgent(driver, 'refund-10', 'customer-8', [assistantMessage('10 euros are on their way.')])

  const failing = runAgent(driver, 'broken-3', 'customer-9', calls)
  await failing.catch(() => {})

  const journal = new RunJournal(driver, { leaseMs: 1 })
  const lost = await journal.claim('lost-4', {
    input: 'Book the trip',
    sessionId: 'customer-7',
    agent: 'Travel',
  })
  const startedAt = new Date(Date.now() - 900)
  await lost.record({
    kind: 'start',
    key: 'start call-7',
    name: 'pay',
    agent: 'Travel',
    value: undefined,
    startedAt,
  })

  await runAgent(driver, 'cancelled-5', 'customer-9', [refundCall('call-20', 20)])
  await runs.cancel('cancelled-5')

  await runAgent(driver, 'refund-25', 'customer-7', [refundCall('call-25', 25), refundCall('call-26', 26)])
  await runAgent(driver, 'refund-99', 'customer-8', [
    refundCall('call-99', 99, 'the lamp does not switch on'),
  ])
}
