import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Agent, RunState, run, setTracingDisabled, tool } from '@openai/agents'
import { assistantMessage, functionCall, modelResponder, ScriptedModel } from '@openai/agents-core/testing'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { PerSQLSession } from '@persql/openai-agents'
import { z } from 'zod'

// A run stops for a human. Later another process resumes it, on the same session.
const file = join(import.meta.dirname, 'agents.db')
const stateFile = join(import.meta.dirname, 'run-state.json')

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

if (!existsSync(stateFile)) {
  const { interruptions, state } = await run(agent, 'Please refund my 25 euros.', { session })
  for (const { name, arguments: args } of interruptions) console.log(`Waiting for approval: ${name} ${args}`)
  writeFileSync(stateFile, state.toString())
  await driver.close()
  execFileSync(process.execPath, [import.meta.filename], { stdio: 'inherit' })
} else {
  const state = await RunState.fromString(agent, readFileSync(stateFile, 'utf8'))
  for (const interruption of state.getInterruptions()) state.approve(interruption)
  const { finalOutput } = await run(agent, state, { session })
  console.log(`Approved in another process: ${finalOutput}`)
  for (const item of await session.getItems()) console.log(`  ${item.type ?? 'message'}`)
  await driver.close()
  for (const path of [stateFile, file, `${file}-wal`, `${file}-shm`]) rmSync(path, { force: true })
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
