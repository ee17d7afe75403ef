import { Agent, type AgentInputItem, run, type Session } from '@openai/agents'
import { injectMemory, type MemoryTables, memoryTools, openMemory } from '@persql/context'
import { sqlJsDriver } from '@persql/driver-sqljs'
import { kyselyDriver, PerSQLDialect, type SessionTables } from '@persql/kysely'
import { PerSQLSession } from '@persql/openai-agents'
import { Kysely } from 'kysely'

// What a program in TypeScript writes whose Agents SDK is not the newest.

const driver = sqlJsDriver()
const session = new PerSQLSession('user-42', driver)
export const hosted: Session = session

const memory = openMemory(driver)
const agent = new Agent({
  name: 'Assistant',
  tools: memoryTools(memory),
  instructions: injectMemory('Answer briefly.', memory),
})
export const result = run(agent, 'hello', { session })

const tables = new Kysely<SessionTables & MemoryTables>({ dialect: new PerSQLDialect({ driver }) })
export const rows = tables.selectFrom('agent_messages').select('message_data').execute()
export const other = new PerSQLSession('user-42', kyselyDriver(tables))

// Its items are those of the SDK, and not `any`.
type Same<One, Two> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Two ? 1 : 2 ? true : false
export const same: Same<Awaited<ReturnType<typeof session.getItems>>, AgentInputItem[]> = true
// @ts-expect-error
export const added = session.addItems([5])
