import { type Kysely, sql } from 'kysely'
import type { SessionTables } from '../sessions/session-tables.ts'
import { compileStatement, param } from './compiled-statement.ts'
import type { SessionDialect } from './session-dialect.ts'
import type { SessionStatements } from './session-statements.ts'

/** The statements that find turns in SQL, for a dialect that can look into items. */
export function turnStatements(
  { isItem, isUserItem }: NonNullable<SessionDialect['items']>,
  db: Kysely<SessionTables>,
  messages: 'agent_messages',
): NonNullable<SessionStatements['turns']> {
  const session = param<string>('session')
  // A user item right after another one belongs to the same turn, also where corrupt rows stand between them.
  const firstOfTurns = db
    .selectFrom(`${messages} as m`)
    .select('m.id')
    .where('m.session_id', '=', session)
    .where(isUserItem('m.message_data'))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom(
            selectFrom(`${messages} as p`)
              .select('p.message_data')
              .where('p.session_id', '=', session)
              .whereRef('p.id', '<', 'm.id')
              .where(isItem('p.message_data'))
              .orderBy('p.id', 'desc')
              .limit(1)
              .as('previous'),
          )
            .select('previous.message_data')
            .where(isUserItem('previous.message_data')),
        ),
      ),
    )
    .orderBy('m.id', 'desc')
    .limit(1)
    .offset(param<number>('skip'))

  return {
    read: compileStatement(
      db
        .selectFrom(messages)
        .select(['id', 'message_data', 'created_at'])
        .where('session_id', '=', session)
        .where('id', '>=', sql<number>`coalesce(${firstOfTurns}, 0)`)
        .orderBy('id', 'desc'),
    ),
    readStart: compileStatement(db.selectNoFrom(sql<number>`coalesce(${firstOfTurns}, 0)`.as('first'))),
  }
}
