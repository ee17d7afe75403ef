import type { SqlValue } from '@persql/session-core'
import type { MemoryTables } from '../layout/memory-tables.ts'

// biome-ignore format: a table
export const EPISODE_COLUMNS = [
  'id', 'title', 'body', 'outcome', 'session_id', 'run_id', 'source', 'happened_at', 'first_row', 'last_row',
] as const

export interface FactTexts extends Record<string, SqlValue> {
  name: string
  description: string
  type: string
  body: string
}

export type EpisodeRow = {
  [Column in (typeof EPISODE_COLUMNS)[number]]: MemoryTables['ctx_episode'][Column]
}
