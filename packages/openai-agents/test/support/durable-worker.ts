import { setTracingDisabled } from '@openai/agents'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { PerSQLSession, RunStore } from '../../src/index.ts'
import { tripAgents } from './scripted-agents.ts'

/** Works on one run until it is done, and decides what it waits for. Says when it begins, and its output. */
const [, , path, log, runId, kind] = process.argv as string[] as [
  string,
  string,
  string,
  string,
  string,
  string,
]
setTracingDisabled(true)
const driver = betterSqlite3Driver(path)
const runs = new RunStore(driver, { leaseMs: 100 })
const session = new PerSQLSession(`session of ${runId}`, driver)
const agent = tripAgents(runId, runs, log)

async function attempt() {
  const options = { runId, session }
  if (kind !== 'streamed') return runs.run(agent, 'Book the trip.', options)
  const result = await runs.run(agent, 'Book the trip.', { ...options, stream: true })
  await result.completed
  return result
}

process.stdout.write('begins\n')
let result = await attempt()
while (result.interruptions.length > 0) {
  for (const { callId } of await runs.approvals(runId)) await runs.decide(runId, callId, { approve: true })
  result = await attempt()
}
process.stdout.write(`${JSON.stringify(result.finalOutput)}\n`)
await driver.close()
