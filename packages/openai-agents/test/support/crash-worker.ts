import { writeSync } from 'node:fs'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { user } from '@persql/test-support/agent-items'
import { PerSQLSession } from '../../src/index.ts'

/** Appends three items at a time until it is killed, and says so after each append. */
const [, , path, round] = process.argv
const session = new PerSQLSession('crashing', betterSqlite3Driver(path!))

for (let batch = 0; ; batch++) {
  await session.addItems([0, 1, 2].map((n) => user(`${round} ${batch} ${n}`)))
  writeSync(1, `${batch}\n`)
}
