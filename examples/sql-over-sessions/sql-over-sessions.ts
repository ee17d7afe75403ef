import { chooseModel } from '@examples/offline-model'
import { Agent, run } from '@openai/agents'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { PerSQLDialect, type SessionTables } from '@persql/kysely'
import { PerSQLSession } from '@persql/openai-agents'
import { Kysely, sql } from 'kysely'

const driver = betterSqlite3Driver(':memory:')
const agent = new Agent({ name: 'Assistant', ...chooseModel() })
for (const [user, turns] of [
  ['ada', 3],
  ['grace', 1],
  ['linus', 2],
] as const) {
  const session = new PerSQLSession(user, driver)
  for (let turn = 0; turn < turns; turn++) await run(agent, `My number is ${turn}.`, { session })
}

const db = new Kysely<SessionTables>({ dialect: new PerSQLDialect({ driver }) })

console.log('Which sessions were most active?')
const active = await db
  .selectFrom('agent_messages')
  .select((eb) => ['session_id', eb.fn.countAll<number>().as('items')])
  .groupBy('session_id')
  .orderBy('items', 'desc')
  .execute()
console.table(active)

console.log('What did people say last?')
const last = await db
  .selectFrom('agent_messages')
  .select(['session_id', sql<string>`message_data ->> '$.content'`.as('said')])
  .where(sql`message_data ->> '$.role'`, '=', 'user')
  .orderBy('id', 'desc')
  .limit(3)
  .execute()
console.table(last)

await driver.close()
