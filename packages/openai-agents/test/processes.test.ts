import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { beforeEach, expect, test } from 'vitest'
import { PerSQLSession } from '../src/index.ts'

const WRITERS = 8
const BATCHES = 250
const ITEMS = 4
const CRASHES = 50

const program = (name: string) => fileURLToPath(new URL(`./support/${name}.ts`, import.meta.url))

let inFolder: ReturnType<typeof temporaryPaths>

beforeEach(() => {
  inFolder = temporaryPaths()
})

async function contents(path: string, sessionId: string): Promise<string[]> {
  const driver = betterSqlite3Driver(path)
  const items = await new PerSQLSession(sessionId, driver).getItems()
  const [check] = await driver.batch([{ sql: 'pragma integrity_check' }])
  expect(check?.rows).toEqual([['ok']])
  await driver.close()
  return items.map((item) => (item as { content: string }).content)
}

test(`${WRITERS} processes race on first use and append to one session: nothing lost, nothing interleaved`, async () => {
  const path = inFolder('new/agents.db')
  const writers = Array.from({ length: WRITERS }, (_, index) =>
    fork(program('append-worker'), [path, String(index), String(BATCHES), String(ITEMS)]),
  )
  await Promise.all(writers.map((writer) => once(writer, 'message')))
  const exits = writers.map((writer) => once(writer, 'exit'))
  for (const writer of writers) writer.send('go')
  for (const [code] of await Promise.all(exits)) expect(code).toBe(0)

  const found = await contents(path, 'shared')
  expect(found).toHaveLength(WRITERS * BATCHES * ITEMS)
  const nextBatch = Array.from({ length: WRITERS }, () => 0)
  for (let start = 0; start < found.length; start += ITEMS) {
    const worker = Number(found[start]!.split(' ')[0])
    const batch = nextBatch[worker]!++
    const expected = Array.from({ length: ITEMS }, (_, n) => `${worker} ${batch} ${n}`)
    expect(found.slice(start, start + ITEMS)).toEqual(expected)
  }
  expect(nextBatch).toEqual(Array.from({ length: WRITERS }, () => BATCHES))
})

test(`a writer killed ${CRASHES} times leaves every acknowledged append whole, and nothing partial`, async () => {
  const path = inFolder('agents.db')
  const acknowledged = new Set<string>()
  for (let round = 0; round < CRASHES; round++) {
    const writer = spawn(process.execPath, [program('crash-worker'), path, String(round)])
    const exit = once(writer, 'exit')
    const killAfter = round % 7
    for await (const batch of createInterface({ input: writer.stdout })) {
      acknowledged.add(`${round} ${batch}`)
      if (Number(batch) >= killAfter) writer.kill('SIGKILL')
    }
    expect((await exit)[1]).toBe('SIGKILL')
  }

  const found = await contents(path, 'crashing')
  expect(found.length % 3).toBe(0)
  const whole = new Set<string>()
  for (let start = 0; start < found.length; start += 3) {
    const [round, batch] = found[start]!.split(' ')
    expect(found.slice(start, start + 3)).toEqual([0, 1, 2].map((n) => `${round} ${batch} ${n}`))
    whole.add(`${round} ${batch}`)
  }
  expect(whole.size).toBe(found.length / 3)
  expect([...acknowledged].filter((append) => !whole.has(append))).toEqual([])
  expect(acknowledged.size).toBeGreaterThan(CRASHES)
})
