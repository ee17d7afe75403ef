import type { SqlDriver } from '@persql/session-core'
import type { ContextOptions } from '../context-options.ts'
import type { ContextStore } from '../context-store.ts'

/** What a case of the suite works with. */
interface ContextStoreCase {
  /** Counts the batches, which are the round trips of a remote driver. */
  readonly driver: SqlDriver & { readonly batches: number }
  /** Another store on the same database. Its clock stands still, at `clock.now`. */
  store(options?: ContextOptions): ContextStore
  readonly clock: { now: number }
}

/** Declares one case, which has a database of its own, as `test` of vitest does. */
export type TestCase = (name: string, run: (given: ContextStoreCase) => Promise<void>) => void
