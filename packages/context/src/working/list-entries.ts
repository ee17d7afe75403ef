import { compileStatement, param, statementBuilder } from '@persql/session-core'
import { sql } from 'kysely'
import { perDialect } from '../dialects/per-dialect.ts'
import type { MemoryTables } from '../layout/memory-tables.ts'

/** What has not expired, of one run or, where it is null, of all: the latest to expire first. */
export const listEntries = perDialect((dialect) => {
  const run = dialect.typed(param('run'), 'text')
  return compileStatement<{ run: string | null; now: number; limit: number }>(
    statementBuilder<MemoryTables>(dialect.name)
      .selectFrom('ctx_working')
      .select(['run_id', 'key', 'value', 'expires_at'])
      .where(sql<boolean>`(${run} is null or run_id = ${run})`)
      .where('expires_at', '>', param<number>('now'))
      .orderBy('expires_at', 'desc')
      .orderBy('run_id')
      .orderBy('key')
      .limit(param<number>('limit')),
  )
})
