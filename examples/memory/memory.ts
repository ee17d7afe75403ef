import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { openMemory } from '@persql/context'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'

const file = join(import.meta.dirname, 'memory.db')
for (const part of [file, `${file}-wal`, `${file}-shm`]) rmSync(part, { force: true })

// Two processes, and two conversations, that share nothing but what the agent remembers.
for (const message of ['My usual coffee is an oat flat white.', 'What is my usual coffee?']) {
  execFileSync(process.execPath, [join(import.meta.dirname, 'turn.ts'), file, message], { stdio: 'inherit' })
}

const driver = betterSqlite3Driver(file)
console.log('\nWhat the agent remembers:')
console.table((await openMemory(driver).index()).map(({ name, type, body }) => ({ name, type, body })))
await driver.close()
