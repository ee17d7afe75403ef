import type { SqlDriver, SqlStatement, SqlValue } from '@persql/session-core'
import type { MemoryOptions } from '../memory-options.ts'
import type { MemoryStore } from '../memory-store.ts'

/** What a case of the suite works with. */
interface MemoryStoreCase {
  /** Counts the batches, which are the round trips of a remote driver. */
  readonly driver: SqlDriver & { readonly batches: number }
  /** Another store on the same database. Its clock stands still, at `clock.now`. */
  store(options?: MemoryOptions): MemoryStore
  readonly clock: { now: number }
}

/** Declares one case, which has a database of its own, as `test` of vitest does. */
export type TestCase = (name: string, run: (given: MemoryStoreCase) => Promise<void>) => void

/** A statement in the SQL of a driver, where each `?` is a parameter. */
export function statementFor({ dialect }: SqlDriver, sql: string, params: readonly SqlValue[]): SqlStatement {
  let position = 0
  return { sql: dialect === 'postgres' ? sql.replace(/\?/g, () => `$${++position}`) : sql, params }
}
