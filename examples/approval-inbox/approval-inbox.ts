import { join } from 'node:path'
import { Agent, setTracingDisabled, tool } from '@openai/agents'
import { assistantMessage, functionCall, modelResponder, ScriptedModel } from '@openai/agents-core/testing'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { PerSQLSession, RunStore } from '@persql/openai-agents'
import { z } from 'zod'

// Three processes that know nothing of each other: one asks, a terminal decides, and a worker does the rest.
const file = process.env['INBOX_DATABASE'] ?? join(import.meta.dirname, 'agents.db')
const [, , part = 'ask'] = process.argv

const refund = tool({
  name: 'refund',
  description: 'Pays money back to a customer.',
  parameters: z.object({ amount: z.number() }),
  needsApproval: true,
  execute: async ({ amount }) => `${amount} paid back`,
})

const agent = new Agent({
  name: 'Support',
  instructions: 'Refund what customers ask for, with the refund tool.',
  tools: [refund],
  ...(process.env['OPENAI_API_KEY'] ? {} : { model: offlineModel() }),
})

const driver = betterSqlite3Driver(file)
const runs = new RunStore(driver)

if (part === 'ask') {
  const runId = `refund-${Date.now()}`
  const session = new PerSQLSession('customer-7', driver)
  await runs.run(agent, 'Please refund my 25 euros.', { runId, session })
  for (const { callId, tool, arguments: args } of await runs.pending()) {
    console.log(`Waiting for approval: ${tool} ${args}`)
    console.log(`  npx --yes @persql/cli runs approve ${runId} ${callId} --db ${file}`)
  }
  console.log('Then: npx --yes pnpm@12 example approval-inbox work')
} else {
  // A worker of an application goes on for ever; this one ends when nothing is left to do.
  const stop = new AbortController()
  const working = runs.work([agent], { signal: stop.signal, pollMs: 100 })
  while ((await runs.recover()).length > 0 || (await runs.list({ status: 'running' })).runs.length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  stop.abort()
  await working
  for (const { runId, status, output } of (await runs.list()).runs) {
    console.log(`${runId}: ${status}${output === undefined ? '' : `, ${String(output)}`}`)
  }
}
await driver.close()

/** Calls the tool for a request, and reports its result. */
function offlineModel() {
  setTracingDisabled(true)
  const model = new ScriptedModel()
  const answer = modelResponder(({ request }) => {
    model.enqueue(answer)
    const last = typeof request.input === 'string' ? undefined : request.input.at(-1)
    return last?.type === 'function_call_result'
      ? [assistantMessage('Your refund is on its way.')]
      : [functionCall('refund', { amount: 25 }, { callId: `call-${Date.now()}` })]
  })
  model.enqueue(answer)
  return model
}
