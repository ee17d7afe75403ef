import { Agent, setTracingDisabled } from '@openai/agents'
import { assistantMessage, ScriptedModel } from '@openai/agents-core/testing'
import { openMemory } from '@persql/context'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { postgresDriver } from '@persql/driver-postgres'
import { RunStore } from '@persql/openai-agents'
import { SessionStore, type SqlDriver } from '@persql/session-core'
import { pgliteDatabases } from '@persql/test-support/postgres-databases'
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

setTracingDisabled(true)

/**
 * Runs the SQL of a page, block after block, on a database with sessions, runs and memories: what is marked `postgres` on
 * PostgreSQL, everything else on SQLite. Returns what is wrong.
 */
export async function checkSql(page: string, blocks: readonly CodeBlock[]): Promise<string[]> {
  const sql = blocks.filter(({ language }) => language === 'sql')
  const isPostgres = ({ flags }: CodeBlock) => flags.includes('postgres')
  const problems = [
    ...(await checkSqlite(sql.filter((block) => !isPostgres(block)))),
    ...(await checkPostgres(sql.filter(isPostgres))),
  ]
  return problems.map(({ line, message }) => `${page}:${line}: SQL: ${message}`)
}

interface Problem {
  readonly line: number
  readonly message: string
}

async function checkSqlite(blocks: readonly CodeBlock[]): Promise<Problem[]> {
  if (blocks.length === 0) return []
  const database = new Database(':memory:')
  await fill(betterSqlite3Driver(database))
  const problems = blocks.flatMap(({ code, line }) => {
    try {
      // A page that names parameters has no values for them.
      if (/[\s(]:[a-z]/i.test(code)) database.prepare(code)
      else database.exec(code)
      return []
    } catch (error) {
      return [{ line, message: (error as Error).message }]
    }
  })
  database.close()
  return problems
}

async function checkPostgres(blocks: readonly CodeBlock[]): Promise<Problem[]> {
  if (blocks.length === 0) return []
  const databases = pgliteDatabases()
  const driver = postgresDriver(await databases.urlOf('docs'))
  await fill(driver)
  const problems: Problem[] = []
  for (const { code, line } of blocks) {
    const statements = code.split(/;\n/).filter((sql) => sql.trim() !== '')
    await driver.batch(statements.map((sql) => ({ sql }))).catch((error: Error) => {
      problems.push({ line, message: error.message })
    })
  }
  await driver.close()
  await databases.close()
  return problems
}

async function fill(driver: SqlDriver): Promise<void> {
  await new SessionStore<object>(driver).append('user-42', ITEMS, { operationId: 'first' })
  // Queries must pass over rows that somebody else has spoilt.
  const spoilt = `insert into agent_messages (session_id, message_data) values ('user-42', '{"cut')`
  await driver.batch([{ sql: spoilt }])
  await openMemory(driver).remember({ name: 'refunds', body: 'Refunds take two days.' })
  const agent = new Agent({ name: 'Support', model: new ScriptedModel([[assistantMessage('Noted.')]]) })
  await new RunStore(driver).run(agent, 'Hello', { runId: 'run-1' })
}
