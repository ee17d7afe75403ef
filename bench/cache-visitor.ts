/** Reads each session of a file twice: `node --expose-gc cache-visitor.ts <file> <sessions>`. Prints a `CacheMemory`. */
import { setTimeout } from 'node:timers/promises'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { PerSQLSession } from '@persql/openai-agents'

const [, , file = '', sessions = '0'] = process.argv
const driver = betterSqlite3Driver(file)

/** Where the history cache must be full: of 1,000 items of 600 bytes, some 100 sessions fit into its 64 MiB. */
const FULL = 300

let full = 0
for (let index = 0; index < Number(sessions); index++) {
  const session = new PerSQLSession(`user-${index}`, driver)
  await session.getItems()
  await session.getItems()
  if (index === FULL) full = await residentMemory()
}
console.log(JSON.stringify({ full, end: await residentMemory() }))
await driver.close()

async function residentMemory(): Promise<number> {
  for (let times = 0; times < 3; times++) {
    globalThis.gc?.()
    await setTimeout(50)
  }
  return process.memoryUsage.rss()
}
