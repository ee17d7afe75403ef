import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { user } from '@persql/test-support/agent-items'
import { PerSQLSession } from '../../src/index.ts'

/** Appends batches of items to one session of a file; begins when it is told to. */
const [, , path, worker, batches, itemsPerBatch] = process.argv

process.once('message', async () => {
  const driver = betterSqlite3Driver(path!)
  const session = new PerSQLSession('shared', driver)
  for (let batch = 0; batch < Number(batches); batch++) {
    const items = Array.from({ length: Number(itemsPerBatch) }, (_, n) => user(`${worker} ${batch} ${n}`))
    await session.addItems(items)
  }
  await driver.close()
  process.disconnect()
})
process.send!('ready')
