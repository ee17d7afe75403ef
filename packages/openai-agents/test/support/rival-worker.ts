import { setTracingDisabled } from '@openai/agents'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { isStorageError } from '@persql/session-core'
import { PerSQLSession, RunStore } from '../../src/index.ts'
import { rivalAgent } from './rival-agent.ts'

/** Works on runs that another process works on as well, until each is done. Tells what it was refused. */
const [, , path, log, count] = process.argv as string[] as [string, string, string, string, string]
setTracingDisabled(true)
const driver = betterSqlite3Driver(path)
const runs = new RunStore(driver, { leaseMs: 5 })
const refused: Record<string, number> = {}

for (let number = 0; number < Number(count); number++) {
  const runId = `run ${number}`
  const agent = rivalAgent(runId, log)
  for (;;) {
    try {
      const session = new PerSQLSession(`session of ${runId}`, driver)
      const { finalOutput } = await runs.run(agent, 'Go.', { runId, session })
      if (finalOutput !== 'Done.') throw new Error(`The run ended with ${finalOutput}.`)
      break
    } catch (error) {
      if (!isStorageError(error, 'RUN_CLAIMED') && !isStorageError(error, 'CLAIM_LOST')) throw error
      refused[error.code] = (refused[error.code] ?? 0) + 1
    }
  }
}
process.stdout.write(JSON.stringify(refused))
await driver.close()
