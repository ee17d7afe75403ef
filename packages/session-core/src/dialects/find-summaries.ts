import { sql } from 'kysely'
import type { SqlStatement } from '../driver/sql-driver.ts'
import type { ResolvedTableNames } from '../sessions/session-tables.ts'
import type { SessionDialect } from './session-dialect.ts'
import { summaryQueries } from './summary-queries.ts'

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
  const { all, activity, lastRowId, withCounts } = summaryQueries(dialect, names)
  const text = (value: string) => dialect.typed<string>(sql`${value}`, 'text')
  const whole = (value: number) => dialect.typed<number>(sql`${value}`, 'integer')

  let found = all
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
        ? sql<boolean>`(${activity}, ${lastRowId}) ${beyond} (${text(updated)}, ${whole(row)})`
        : sql<boolean>`(${activity}, ${lastRowId}, s.session_id) ${beyond} (${text(updated)}, ${whole(row)}, ${text(session)})`,
    )
  }
  const direction = isOldestFirst ? 'asc' : 'desc'
  const page = found
    .orderBy(activity, direction)
    .orderBy('last_row_id', direction)
    .orderBy('s.session_id', direction)
    .limit(limit)
  const { sql: compiled, parameters } = withCounts(page, direction).compile()
  return { sql: compiled, params: parameters as [] }
}
