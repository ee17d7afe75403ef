import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { expect, test } from 'vitest'
import { PerSQLSession, RunStore } from '../src/index.ts'

const KILLS = Number(process.env['PERSQL_TEST_KILLS'] ?? 10)
const SEED = Number(process.env['PERSQL_KILL_SEED'] ?? Date.now() % 1_000_000)

/** How long a run takes at most that is not killed, in milliseconds: kills later than that meet nothing. */
const SPAN = 250

const program = (name: string) => fileURLToPath(new URL(`./support/${name}.ts`, import.meta.url))

/** Numbers from 0 to 1, the same ones for each seed. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const linesOf = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [])

test.each(['streamed', 'not streamed'])(
  `a run, %s, that is killed ${KILLS / 2} times ends as if it had not been (PERSQL_KILL_SEED=${SEED})`,
  { timeout: 120_000 + KILLS * 5000 },
  async (kind) => {
    const inFolder = temporaryPaths()
    const path = inFolder('runs.db')
    const log = inFolder('log')
    const random = randomNumbers(SEED)

    /** One process. It is killed at a random moment after it began, if it is to be. Resolves with its output. */
    async function attempt(runId: string, kill: boolean): Promise<{ output?: string; killed: boolean }> {
      const worker = spawn(process.execPath, [program('durable-worker'), path, log, runId, kind], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const exit = once(worker, 'exit')
      let output: string | undefined
      let timer: NodeJS.Timeout | undefined
      for await (const line of createInterface({ input: worker.stdout })) {
        if (line !== 'begins') output = line
        else if (kill) timer = setTimeout(() => worker.kill('SIGKILL'), random() * SPAN)
      }
      const [code, signal] = await exit
      clearTimeout(timer)
      if (signal !== 'SIGKILL') expect(code).toBe(0)
      return { ...(output !== undefined && { output }), killed: signal === 'SIGKILL' }
    }

    expect(await attempt('reference', false)).toEqual({ output: '"Booked."', killed: false })
    const reference = linesOf(log)
    const models = reference.filter((line) => line.includes(' model ')).length
    const tools = reference.filter((line) => line.includes(' tool ')).length
    expect([models, tools]).toEqual([10, 10])

    const driver = betterSqlite3Driver(path)
    const runs = new RunStore(driver)
    const itemsOf = (runId: string) => new PerSQLSession(`session of ${runId}`, driver).getItems()
    let kills = 0
    for (let number = 0; kills < KILLS / 2; number++) {
      const runId = `run ${number}`
      const killsBefore = kills
      for (;;) {
        const { output, killed } = await attempt(runId, kills < KILLS / 2)
        kills += Number(killed)
        if (output === undefined) continue
        expect(output).toBe('"Booked."')
        break
      }
      const own = linesOf(log).filter((line) => line.startsWith(`${runId} `))
      const cost = kills - killsBefore
      expect(own.filter((line) => line.endsWith('RECORDED'))).toEqual([])
      expect(own.filter((line) => line.includes(' model ')).length).toBeLessThanOrEqual(models + cost)
      // The three calls of one turn may be under way at once.
      expect(own.filter((line) => line.includes(' tool ')).length).toBeLessThanOrEqual(tools + 3 * cost)
      expect(await itemsOf(runId)).toEqual(await itemsOf('reference'))
      expect(await runs.get(runId)).toMatchObject({ status: 'done', output: 'Booked.', lastAgent: 'Booking' })
    }
    await driver.close()
  },
)
