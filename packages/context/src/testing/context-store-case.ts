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

/** By the name of the case. Each has a database of its own. */
export type Cases = Record<string, (given: ContextStoreCase) => Promise<void>>
