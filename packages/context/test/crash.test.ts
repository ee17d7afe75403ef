import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { afterAll, expect, test } from 'vitest'
import { openMemory } from '../src/index.ts'
import { expectIndexesToAgree } from '../src/testing/index.ts'

const path = temporaryPaths(afterAll)
const CRASHES = 12

test('keeps what was acknowledged, and indexes that agree, however often the process is killed', async () => {
  const file = path('crash.db')
  const worker = join(import.meta.dirname, 'support', 'remember-worker.ts')
  const acknowledged = new Map<string, number>()
  for (let round = 0; round < CRASHES; round++) {
    const writer = spawn(process.execPath, [worker, file, String(round)])
    const exit = once(writer, 'exit')
    for await (const count of createInterface({ input: writer.stdout })) {
      acknowledged.set(String(round), Number(count))
      if (Number(count) >= round % 5) writer.kill('SIGKILL')
    }
    expect((await exit)[1]).toBe('SIGKILL')
  }
  const driver = betterSqlite3Driver(file)
  const memory = openMemory(driver)
  for (const [round, last] of acknowledged) {
    for (let count = 0; count <= last; count++) {
      const fact = await memory.get(`${round} ${count}`)
      const isForgotten = count % 3 === 0 && count + 2 <= last
      if (isForgotten) expect(fact).toBeNull()
      else if (count % 3 !== 0) expect(fact).toMatchObject({ body: `大阪城 other words ${round} ${count}` })
    }
  }
  expect(acknowledged.size).toBe(CRASHES)
  await expectIndexesToAgree(driver)
  await driver.close()
})
