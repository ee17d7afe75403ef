/** Runs operations of a session: a JSON list of `[method, ...args]` in, a list of results out. */
import { text } from 'node:stream/consumers'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { PerSQLSession } from '../../src/index.ts'

const [, , path = '', sessionId = ''] = process.argv
const driver = betterSqlite3Driver(path)
const session: Record<string, (...args: unknown[]) => Promise<unknown>> = Object(
  new PerSQLSession(sessionId, driver),
)

const results: unknown[] = []
for (const [method, ...args] of JSON.parse(await text(process.stdin)) as [string, ...unknown[]][]) {
  results.push((await session[method]?.(...args)) ?? null)
}
await driver.close()
process.stdout.write(JSON.stringify(results))
