import type { Database } from '../data/database.ts'
import { postgresQueries } from './postgres-queries.ts'
import type { SavedQuery } from './saved-queries.ts'
import { sqliteQueries } from './sqlite-queries.ts'

/** What operators ask, in the words of the database; nothing where it has no sessions. */
export function readyQueries({ sessions, dialect }: Database): readonly SavedQuery[] {
  if (!sessions) return []
  return dialect.name === 'postgres' ? postgresQueries(sessions) : sqliteQueries(sessions)
}
