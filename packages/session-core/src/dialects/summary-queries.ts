import { type RawBuilder, sql } from 'kysely'
import type { ResolvedTableNames, SessionTables } from '../sessions/session-tables.ts'
import type { SessionDialect } from './session-dialect.ts'
import { timesOf } from './statement-builder.ts'

/** What every list of sessions is made of. */
export function summaryQueries(dialect: SessionDialect, names: ResolvedTableNames) {
  const db = dialect.builder<SessionTables>()
  // The names are the user's; the types know the tables by their default names.
  const sessions = names.sessions as 'agent_sessions'
  const messages = names.messages as 'agent_messages'
  const lastRowId: RawBuilder<number> = sql`coalesce((${db
    .selectFrom(`${messages} as m`)
    .select(({ fn }) => fn.max('m.id').as('id'))
    .where('m.session_id', '=', sql.ref<string>('s.session_id'))}), 0)`
  // Text, so that it can be compared and passed in a cursor; other programs may leave numbers there, or nothing.
  const activity: RawBuilder<string> = sql`coalesce(${dialect.asText(sql.raw('s.updated_at'))}, '')`
  const all = db
    .selectFrom(`${sessions} as s`)
    .select([
      's.session_id',
      timesOf(dialect)('s.created_at'),
      activity.as('updated_at'),
      lastRowId.as('last_row_id'),
    ])

  /** Counts the items of the given sessions only, by default the latest first. */
  function withCounts(page: typeof all, direction: 'asc' | 'desc' = 'desc') {
    return db
      .selectFrom(page.as('page'))
      .selectAll('page')
      .select(({ selectFrom }) =>
        selectFrom(`${messages} as m`)
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .whereRef('m.session_id', '=', 'page.session_id')
          .as('item_count'),
      )
      .orderBy('page.updated_at', direction)
      .orderBy('page.last_row_id', direction)
      .orderBy('page.session_id', direction)
  }

  return { all, activity, lastRowId, withCounts }
}
