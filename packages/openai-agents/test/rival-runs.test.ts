import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { expect, test } from 'vitest'
import { PerSQLSession, RunStore } from '../src/index.ts'

const RUNS = 2 * Number(process.env['PERSQL_TEST_KILLS'] ?? 10)

test(`two processes work on the same ${RUNS} runs, and no call has two results`, {
  timeout: 300_000,
}, async () => {
  const inFolder = temporaryPaths()
  const path = inFolder('runs.db')
  const program = fileURLToPath(new URL('./support/rival-worker.ts', import.meta.url))
  const workers = [0, 1].map(() =>
    spawn(process.execPath, [program, path, inFolder('log'), String(RUNS)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  )
  const refused = await Promise.all(
    workers.map(async (worker) => {
      const exit = once(worker, 'exit')
      let text = ''
      for await (const part of worker.stdout) text += String(part)
      expect(await exit).toEqual([0, null])
      return JSON.parse(text) as Record<string, number>
    }),
  )
  // Both have met the other, or nothing was tried.
  const total = (code: string) => refused.reduce((sum, codes) => sum + (codes[code] ?? 0), 0)
  expect(total('RUN_CLAIMED')).toBeGreaterThan(0)
  expect(total('CLAIM_LOST')).toBeGreaterThan(0)

  const driver = betterSqlite3Driver(path)
  const runs = new RunStore(driver)
  for (let number = 0; number < RUNS; number++) {
    const steps = await runs.steps(`run ${number}`)
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6])
    const results = steps.flatMap(({ kind, value }) => (kind === 'tool' ? [value] : []))
    const items = await new PerSQLSession(`session of run ${number}`, driver).getItems()
    const stored = items.flatMap((item) =>
      item.type === 'function_call_result' ? [(item.output as { text: string }).text] : [],
    )
    expect(items.map(({ type }) => type ?? 'message')).toEqual([
      'message',
      'function_call',
      'function_call',
      'function_call_result',
      'function_call_result',
      'function_call',
      'function_call_result',
      'message',
    ])
    // What the session holds is what was recorded, whichever process wrote it.
    expect(stored.sort()).toEqual(results.map(String).sort())
  }
  await driver.close()
})
