import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Agent, setTracingDisabled, tool } from '@openai/agents'
import { assistantMessage, functionCall, modelResponder, ScriptedModel } from '@openai/agents-core/testing'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { PerSQLSession, RunStore } from '@persql/openai-agents'
import { z } from 'zod'

// A run stops for a human. Somebody decides, and another process goes on with it, on the same session.
const file = join(import.meta.dirname, 'agents.db')

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
const session = new PerSQLSession('customer-7', driver)
const runs = new RunStore(driver)
const waiting = await runs.get('refund-1')

if (!waiting) {
  await runs.run(agent, 'Please refund my 25 euros.', { runId: 'refund-1', session })
  for (const { callId, tool, arguments: args } of await runs.pending()) {
    console.log(`Waiting for approval: ${tool} ${args}`)
    await runs.decide('refund-1', callId, { approve: true })
  }
  await driver.close()
  execFileSync(process.execPath, [import.meta.filename], { stdio: 'inherit' })
} else {
  const { finalOutput } = await runs.run(agent, undefined, { runId: 'refund-1', session })
  console.log(`Approved in another process: ${finalOutput}`)
  for (const item of await session.getItems()) console.log(`  ${item.type ?? 'message'}`)
  await driver.close()
  for (const path of [file, `${file}-wal`, `${file}-shm`]) rmSync(path, { force: true })
}

/** Calls the tool for a request, and reports its result. */
function offlineModel() {
  setTracingDisabled(true)
  const model = new ScriptedModel()
  const answer = modelResponder(({ request }) => {
    model.enqueue(answer)
    const last = typeof request.input === 'string' ? undefined : request.input.at(-1)
    return last?.type === 'function_call_result'
      ? [assistantMessage('Your refund is on its way.')]
      : [functionCall('refund', { amount: 25 }, { callId: `call-${model.calls.length}` })]
  })
  model.enqueue(answer)
  return model
}
