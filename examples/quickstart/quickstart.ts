import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'

const file = join(import.meta.dirname, 'agents.db')
for (const part of [file, `${file}-wal`, `${file}-shm`]) rmSync(part, { force: true })

// Two processes that share nothing but the file.
for (const message of ['My favourite colour is teal.', 'What is my favourite colour?']) {
  execFileSync(process.execPath, [join(import.meta.dirname, 'turn.ts'), file, message], { stdio: 'inherit' })
}

const sql = `
  select s.session_id, count(m.id) as items, s.updated_at as last_active
  from agent_sessions s left join agent_messages m using (session_id)
  group by s.session_id order by last_active desc`
const driver = betterSqlite3Driver(file)
const [result] = await driver.batch([{ sql }], { readOnly: true })
await driver.close()

console.log(`\nConversation items are rows in ${relative(process.cwd(), file)}:\n${sql}\n`)
console.table(
  result!.rows.map((row) => Object.fromEntries(row.map((cell, index) => [result!.columns[index], cell]))),
)
