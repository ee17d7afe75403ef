import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Agent, type Model, setTracingDisabled, tool, Usage } from '@openai/agents'
import { assistantMessage, functionCall } from '@openai/agents-core/testing'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { PerSQLSession, RunStore } from '@persql/openai-agents'
import { z } from 'zod'

// A run whose process is killed twice, in the middle of it. Each time another process goes on where it stopped.
const file = join(import.meta.dirname, 'agents.db')
const STEPS = ['find flights', 'book the hotel', 'send the tickets']
const DEADLY = ['book the hotel', 'send the tickets']

if (process.argv[2] === 'work') await work()
else {
  for (let number = 1; ; number++) {
    console.log(`Process ${number}:`)
    const { signal, status } = spawnSync(process.execPath, [import.meta.filename, 'work'], {
      stdio: 'inherit',
    })
    if (signal === null) {
      for (const path of [file, `${file}-wal`, `${file}-shm`]) rmSync(path, { force: true })
      process.exit(status)
    }
    console.log(`  killed by ${signal}`)
  }
}

async function work() {
  const driver = betterSqlite3Driver(file)
  // So short that nobody has to wait for the lease of a process that was killed.
  const runs = new RunStore(driver, { leaseMs: 50 })
  const begun = await runs.steps('trip-42')

  const doStep = tool({
    name: 'do_step',
    description: 'Does one step of the trip.',
    parameters: z.object({ step: z.string() }),
    execute: async ({ step }) => {
      if (DEADLY.includes(step) && (await isFirst(step))) process.kill(process.pid, 'SIGKILL')
      console.log(`  does: ${step}`)
      return `${step}: done`
    },
  })
  const agent = new Agent({
    name: 'Travel',
    instructions: `Do these steps, one after the other, with the tool: ${STEPS.join(', ')}. Then say "All done."`,
    tools: [doStep],
    ...(process.env['OPENAI_API_KEY'] ? {} : { model: offlineModel() }),
  })

  /** Whether this is the first time that a step is tried, which is noted in a table of the example's own. */
  async function isFirst(step: string): Promise<boolean> {
    const [, , tried] = await driver.batch([
      { sql: 'create table if not exists tried (step text, pid integer)' },
      { sql: 'insert into tried values (?, ?)', params: [step, process.pid] },
      { sql: 'select count(*) from tried where step = ?', params: [step] },
    ])
    return tried?.rows[0]?.[0] === 1
  }

  if (begun.length > 0) console.log(`  goes on after ${begun.length} recorded steps`)
  const session = new PerSQLSession('user-42', driver)
  const { finalOutput } = await runs.run(agent, 'Book the trip.', { runId: 'trip-42', session })
  console.log(`  ${finalOutput} The session has ${(await session.getItems()).length} items.`)
  await driver.close()
}

/** Asks for the next step, by the number of results that it was given. */
function offlineModel(): Model {
  setTracingDisabled(true)
  const answer: Model['getResponse'] = async ({ input }) => {
    const done =
      typeof input === 'string' ? 0 : input.filter(({ type }) => type === 'function_call_result').length
    const step = STEPS[done]
    const output = step
      ? functionCall('do_step', { step }, { callId: `call-${done}` })
      : assistantMessage('All done.')
    return { usage: new Usage(), output: [output] }
  }
  return {
    getResponse: answer,
    getStreamedResponse: () => {
      throw new Error('This example does not stream.')
    },
  }
}
