import { compileStatement, param, statementBuilder } from '@persql/session-core'
import { sql } from 'kysely'
import type { MemoryTables } from '../layout/memory-tables.ts'

const db = statementBuilder<MemoryTables>()

/** What has not expired, of one run or, where it is null, of all: the latest to expire first. */
export const listEntries = compileStatement<{ run: string | null; now: number; limit: number }>(
  db
    .selectFrom('ctx_working')
    .select(['run_id', 'key', 'value', 'expires_at'])
    .where(sql<boolean>`(${param('run')} is null or run_id = ${param('run')})`)
    .where('expires_at', '>', param<number>('now'))
    .orderBy('expires_at', 'desc')
    .orderBy('run_id')
    .orderBy('key')
    .limit(param<number>('limit')),
)
