import { sql } from 'kysely'
import type { SqlStatement } from '../driver/sql-driver.ts'
import type { ResolvedTableNames, SessionTables } from '../sessions/session-tables.ts'
import type { SessionDialect } from './session-dialect.ts'
import { timesOf } from './statement-builder.ts'

export interface SummaryCursor {
  readonly updated: string
  readonly row: number
  readonly session: string
}

export interface SummaryFilter {
  readonly prefix?: string | undefined
  /** As tables keep times, in UTC. */
  readonly since?: string | undefined
  readonly until?: string | undefined
  readonly isOldestFirst: boolean
  readonly limit: number
  readonly after?: SummaryCursor | undefined
}

/** As `listSummaries` of the session statements, for some of the sessions, or the other way round. */
export function findSummaries(
  dialect: SessionDialect,
  names: ResolvedTableNames,
  { prefix, since, until, isOldestFirst, limit, after }: SummaryFilter,
): SqlStatement {
  const db = dialect.builder<SessionTables>()
  const messages = names.messages as 'agent_messages'
  const activity = sql<string>`coalesce(${dialect.asText(sql.raw('s.updated_at'))}, '')`
  const lastRow = sql<number>`coalesce((${db
    .selectFrom(`${messages} as m`)
    .select(({ fn }) => fn.max('m.id').as('id'))
    .where('m.session_id', '=', sql.ref<string>('s.session_id'))}), 0)`
  const text = (value: string) => dialect.typed<string>(sql`${value}`, 'text')
  const whole = (value: number) => dialect.typed<number>(sql`${value}`, 'integer')

  let found = db
    .selectFrom(`${names.sessions as 'agent_sessions'} as s`)
    .select([
      's.session_id',
      timesOf(dialect)('s.created_at'),
      activity.as('updated_at'),
      lastRow.as('last_row_id'),
    ])
  if (prefix !== undefined) {
    found = found.where(sql<boolean>`substr(s.session_id, 1, length(${text(prefix)})) = ${text(prefix)}`)
  }
  // Other programs may write a T where the tables have a space.
  const time = sql<string>`replace(${activity}, 'T', ' ')`
  if (since !== undefined) found = found.where(sql<boolean>`${time} >= ${text(since)}`)
  if (until !== undefined) found = found.where(sql<boolean>`${time} < ${text(until)} and ${activity} <> ''`)
  if (after) {
    const beyond = sql.raw(isOldestFirst ? '>' : '<')
    const { updated, row, session } = after
    // No two sessions have a row together, so that the id decides only between those without rows.
    found = found.where(
      row > 0
        ? sql<boolean>`(${activity}, ${lastRow}) ${beyond} (${text(updated)}, ${whole(row)})`
        : sql<boolean>`(${activity}, ${lastRow}, s.session_id) ${beyond} (${text(updated)}, ${whole(row)}, ${text(session)})`,
    )
  }
  const direction = isOldestFirst ? 'asc' : 'desc'
  const { sql: compiled, parameters } = db
    .selectFrom(
      found
        .orderBy(activity, direction)
        .orderBy('last_row_id', direction)
        .orderBy('s.session_id', direction)
        .limit(limit)
        .as('page'),
    )
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
    .compile()
  return { sql: compiled, params: parameters as [] }
}
