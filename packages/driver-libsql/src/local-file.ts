import type { SqlResult, SqlStatement } from '@persql/session-core'
import { toResult, toStatement } from './cells.ts'
import type { LibsqlClient } from './libsql-client.ts'
import { codeOf } from './libsql-error.ts'

export async function setWal(client: LibsqlClient): Promise<void> {
  await client.execute({ sql: 'pragma journal_mode = wal', args: [] })
}

export async function writeFile(
  client: LibsqlClient,
  statements: readonly SqlStatement[],
): Promise<SqlResult[]> {
  const results = await client.batch(statements.map(toStatement), 'write')
  return results.map(toResult)
}

/** Reads in a transaction that SQLite itself keeps from writing, and that is undone, whatever it has done unseen. */
export async function readFile(
  client: LibsqlClient,
  statements: readonly SqlStatement[],
): Promise<SqlResult[]> {
  const transaction = await client.transaction('read')
  try {
    await transaction.execute({ sql: 'pragma query_only = on', args: [] })
    const results: SqlResult[] = []
    for (const [index, statement] of statements.entries()) {
      try {
        results.push(toResult(await transaction.execute(toStatement(statement))))
      } catch (error) {
        throw Object.assign(error as Error, { statementIndex: index })
      }
    }
    return results
  } finally {
    await transaction.execute({ sql: 'pragma query_only = off', args: [] })
    await transaction.rollback()
  }
}

/** Runs a batch again for as long as another connection has the lock, and lets other work run in between. */
export async function untilFree<Result>(busyTimeout: number, batch: () => Promise<Result>): Promise<Result> {
  const deadline = performance.now() + busyTimeout
  for (;;) {
    try {
      return await batch()
    } catch (error) {
      if (codeOf(error) !== 'BUSY' || performance.now() >= deadline) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 2))
  }
}
