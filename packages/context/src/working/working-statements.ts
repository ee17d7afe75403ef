import { compileStatement, param, statementBuilder } from '@persql/session-core'
import { perDialect } from '../dialects/per-dialect.ts'
import type { MemoryTables } from '../layout/memory-tables.ts'

/** The statements for working memory; compiled once. */
export const workingStatements = perDialect((dialect) => {
  const db = statementBuilder<MemoryTables>(dialect.name)

  function inRun() {
    return db
      .selectFrom('ctx_working')
      .where('run_id', '=', param<string>('run'))
      .where('expires_at', '>', param<number>('now'))
  }

  return {
    deleteExpired: compileStatement<{ now: number }>(
      db.deleteFrom('ctx_working').where('expires_at', '<=', param<number>('now')),
    ),
    setWorking: compileStatement<{ run: string; key: string; value: string; expires: number }>(
      db
        .insertInto('ctx_working')
        .values({
          run_id: param('run'),
          key: param('key'),
          value: param('value'),
          expires_at: param('expires'),
        })
        .onConflict((conflict) =>
          conflict.columns(['run_id', 'key']).doUpdateSet(({ ref }) => ({
            value: ref('excluded.value'),
            expires_at: ref('excluded.expires_at'),
          })),
        ),
    ),
    getWorking: compileStatement<{ run: string; key: string; now: number }>(
      inRun().select('value').where('key', '=', param<string>('key')),
    ),
    listWorking: compileStatement<{ run: string; now: number }>(
      inRun().select(['key', 'value']).orderBy('key'),
    ),
    deleteWorking: compileStatement<{ run: string; key: string }>(
      db
        .deleteFrom('ctx_working')
        .where('run_id', '=', param<string>('run'))
        .where('key', '=', param<string>('key'))
        .returning('key'),
    ),
    endRun: compileStatement<{ run: string }>(
      db.deleteFrom('ctx_working').where('run_id', '=', param<string>('run')),
    ),
  }
})
