import { writeSync } from 'node:fs'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { openMemory } from '../../src/index.ts'

/** Remembers, updates and forgets until it is killed, and says so after each fact. */
const [, , path, round] = process.argv
const memory = openMemory(betterSqlite3Driver(path!, { synchronous: 'normal' }))

for (let count = 0; ; count++) {
  const name = `${round} ${count}`
  await memory.remember({ name, body: `東京駅 first words ${name}`, sessionId: 's' })
  await memory.remember({ name, body: `大阪城 other words ${name}` })
  await memory.record({ body: `京都 remembered ${name}` })
  if (count % 3 === 2) await memory.forget(`${round} ${count - 2}`)
  writeSync(1, `${count}\n`)
}
