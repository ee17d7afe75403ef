import {
  checkSessionId,
  type DatabaseHandle,
  driverFromEnv,
  type HistoryWindow,
  openDriver,
  SessionStore,
  type SessionStoreOptions,
  type SqlDriver,
  StorageError,
  toSqlDriver,
  withoutOrphans,
} from '@persql/session-core'
import type { AgentInputItem, Session } from './agents-sdk.ts'
import { checkHistoryTransaction } from './check-history-transaction.ts'
import type { HistoryMutations, HistoryTransaction } from './history-changes.ts'
import { replaceFunctionCalls } from './replace-function-calls.ts'

export interface PerSQLSessionOptions extends SessionStoreOptions<AgentInputItem> {
  /**
   * What `getItems()` without a limit reads, and so what a run sends to the model: the latest `items`, without those
   * that only make sense with one that was left out, such as a tool result without its call, or the latest `turns`. A
   * turn begins at a user message. Default: everything.
   */
  readonly window?: HistoryWindow | undefined
}

/**
 * A conversation of the OpenAI Agents SDK, kept in a SQL database:
 *
 *     const session = new PerSQLSession('user-42', betterSqlite3Driver('agents.db'))
 *     await run(agent, 'remember me?', { session })
 *
 * Any number of sessions and processes may use one database, also the same session. Each change is one atomic batch;
 * the tables are made in the first one. What a call has resolved is stored as durably as the driver promises, and a
 * rejected call, always with a `StorageError`, changed nothing, except after `UNAVAILABLE`: then a remote database
 * gave no answer, and whether the change was made is not known.
 */
export class PerSQLSession implements Session, AsyncDisposable {
  readonly #sessionId: string
  readonly #store: SessionStore<AgentInputItem>
  readonly #window: HistoryWindow | undefined
  /** Set where the session opened the driver itself. */
  #ownDriver: SqlDriver | undefined

  /**
   * Does no I/O. `database` is a driver, such as `betterSqlite3Driver('agents.db')`, or a PerSQL database handle,
   * such as `client.database('acme/agent-state')`. It is shared, and stays the caller's to close.
   */
  constructor(sessionId: string, database: SqlDriver | DatabaseHandle, options?: PerSQLSessionOptions) {
    this.#sessionId = checkSessionId(sessionId)
    this.#store = storeOf(toSqlDriver(database), options)
    this.#window = checkWindow(options?.window)
  }

  /** A session on the database with this URL, as in `openDriver`. `close` it after use. */
  static async open(
    sessionId: string,
    url: string,
    options: PerSQLSessionOptions = {},
  ): Promise<PerSQLSession> {
    return PerSQLSession.#owning(sessionId, () => openDriver(url), options)
  }

  /** A session on the database that `PERSQL_DATABASE` names, as in `driverFromEnv`. `close` it after use. */
  static async fromEnv(sessionId: string, options: PerSQLSessionOptions = {}): Promise<PerSQLSession> {
    return PerSQLSession.#owning(sessionId, () => driverFromEnv(), options)
  }

  static async #owning(sessionId: string, open: () => Promise<SqlDriver>, options: PerSQLSessionOptions) {
    checkSessionId(sessionId)
    const driver = await open()
    const session = new PerSQLSession(sessionId, driver, options)
    session.#ownDriver = driver
    return session
  }

  /** Does no I/O. */
  async getSessionId(): Promise<string> {
    return this.#sessionId
  }

  /**
   * The latest `limit` items, oldest first; none for a limit below one. Without a limit: what the `window` option
   * says. The items are the caller's own copies.
   */
  getItems(limit?: number): Promise<AgentInputItem[]> {
    if (limit !== undefined) return this.#store.read(this.#sessionId, { items: limit })
    const items = this.#store.read(this.#sessionId, this.#window)
    return this.#window?.items === undefined ? items : items.then(withoutOrphans)
  }

  /** Adds all items or none, in order, without items of others between them. No items: does nothing. */
  addItems(items: AgentInputItem[]): Promise<void> {
    return this.#store.append(this.#sessionId, items)
  }

  /**
   * Removes the newest item and resolves with it, or with `undefined` for an empty history. Corrupt rows that are
   * newer are dropped first, each in a batch of its own, and told to `onCorruptRow`.
   */
  popItem(): Promise<AgentInputItem | undefined> {
    return this.#store.pop(this.#sessionId)
  }

  /** Removes the session with its items and its operation ids. */
  clearSession(): Promise<void> {
    return this.#store.clear(this.#sessionId)
  }

  /** Puts these items in the place of the whole history. */
  replaceHistoryWithCompaction(items: AgentInputItem[]): Promise<void> {
    return this.#store.replaceAll(this.#sessionId, items)
  }

  /**
   * For each mutation, the first call with its id becomes the replacement and later ones are dropped. Reads the
   * history, then changes it in one batch, on condition that it is still the same; otherwise it starts over, and
   * after 20 times rejects with `HISTORY_CONFLICT`.
   */
  async applyHistoryMutations(args: HistoryMutations): Promise<void> {
    const change = replaceFunctionCalls(args)
    await this.#store.rewrite(this.#sessionId, change)
  }

  /**
   * Applies the change and remembers its operation id, in one batch; the suffix to be replaced is read before. The
   * same id with the same change again succeeds and changes nothing. Rejects with `OPERATION_CONFLICT` for the same
   * id with another change, and with `HISTORY_CONFLICT` for a suffix that no longer matches.
   */
  async applyHistoryTransaction(args: HistoryTransaction): Promise<void> {
    const { operationId, transaction } = checkHistoryTransaction(args)
    if (transaction.type === 'append_items') {
      await this.#store.append(this.#sessionId, transaction.items, { operationId })
    } else {
      const { expectedSuffix, replacement } = transaction
      await this.#store.replaceSuffix(this.#sessionId, expectedSuffix, replacement, { operationId })
    }
  }

  /** Closes the database where this session opened it itself; does nothing to a database that was passed in. */
  async close(): Promise<void> {
    await this.#ownDriver?.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

const defaultStores = new WeakMap<SqlDriver, SessionStore<AgentInputItem>>()

/** Sessions without options of their own share one store for each database. */
function storeOf(driver: SqlDriver, options: PerSQLSessionOptions = {}) {
  const { window: _, ...own } = options
  if (Object.keys(own).length > 0) return new SessionStore(driver, own)
  let store = defaultStores.get(driver)
  if (!store) {
    store = new SessionStore<AgentInputItem>(driver)
    defaultStores.set(driver, store)
  }
  return store
}

function checkWindow(window: HistoryWindow | undefined): HistoryWindow | undefined {
  if (window === undefined) return undefined
  const { items, turns } = window
  const count = items ?? turns
  const isCount = Number.isSafeInteger(count) && Number(count) > 0
  if (isCount && (items === undefined || turns === undefined)) return window
  throw new StorageError(
    'INVALID_ARGUMENT',
    'window must be { items: n } or { turns: n }, with a whole number of at least 1.',
  )
}
