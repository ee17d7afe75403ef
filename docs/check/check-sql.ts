import { openMemory } from '@persql/context'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { SessionStore } from '@persql/session-core'
import Database from 'better-sqlite3'
import type { CodeBlock } from './code-blocks.ts'

const ITEMS = [
  { role: 'user', content: 'I want a refund.' },
  { type: 'function_call', callId: 'a', name: 'refund', arguments: '{"amount":25}', status: 'completed' },
  {
    type: 'function_call_result',
    callId: 'a',
    name: 'refund',
    output: { type: 'text', text: '25 paid back' },
  },
  { type: 'function_call', callId: 'b', name: 'lookup', arguments: '{}', status: 'completed' },
  { role: 'assistant', content: [{ type: 'output_text', text: 'It is on its way.' }] },
]

/** Runs the SQL of a page, block after block, on a database with sessions and memories. Returns what is wrong. */
export async function checkSql(page: string, blocks: readonly CodeBlock[]): Promise<string[]> {
  const sql = blocks.filter(({ language }) => language === 'sql')
  if (sql.length === 0) return []
  const database = new Database(':memory:')
  const driver = betterSqlite3Driver(database)
  const store = new SessionStore<object>(driver)
  await store.append('user-42', ITEMS, { operationId: 'first' })
  // Queries must pass over rows that somebody else has spoilt.
  const spoilt = `insert into agent_messages (session_id, message_data) values ('user-42', '{"cut')`
  await driver.batch([{ sql: spoilt }])
  await openMemory(driver).remember({ name: 'refunds', body: 'Refunds take two days.' })
  const problems = sql.flatMap(({ code, line }) => {
    try {
      // A page that names parameters has no values for them.
      if (/[\s(]:[a-z]/i.test(code)) database.prepare(code)
      else database.exec(code)
      return []
    } catch (error) {
      return [`${page}:${line}: SQL: ${(error as Error).message}`]
    }
  })
  database.close()
  return problems
}
