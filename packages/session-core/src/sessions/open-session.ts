import { type DatabaseHandle, toSqlDriver } from '../driver/handle-driver.ts'
import { driverFromEnv, openDriver } from '../driver/open-driver.ts'
import type { SqlDriver } from '../driver/sql-driver.ts'
import { StorageError } from '../driver/storage-error.ts'
import { jsonCodec } from '../items/item-codec.ts'
import { withoutOrphans } from '../items/without-orphans.ts'
import { type ModelRequest, UsageLog, type UsageLogOptions } from '../usage/usage-log.ts'
import { checkSessionId } from './check-id.ts'
import type { HistoryWindow } from './history-reader.ts'
import { type OperationOptions, SessionStore, type SessionStoreOptions } from './session-store.ts'

export interface OpenSessionOptions<Item> extends SessionStoreOptions<Item> {
  /**
   * Which part of the history is read without a limit, and so what a run sends to the model: the latest `items`,
   * without those that only make sense with one that was left out, such as a tool result without its call, or the
   * latest `turns`. A turn begins at a user message. Default: everything.
   */
  readonly window?: HistoryWindow | undefined
}

/**
 * One session of a database: what an adapter for an agent framework stands on, whatever the framework calls these
 * methods. They promise what those of {@link SessionStore} do. Sessions without options of their own share one store
 * for each database and codec.
 */
export class OpenSession<Item> {
  readonly sessionId: string
  readonly driver: SqlDriver
  readonly #store: SessionStore<Item>
  readonly #window: HistoryWindow | undefined
  readonly #tables: UsageLogOptions
  /** Set where the session opened the driver itself. */
  #ownDriver: SqlDriver | undefined

  /** Does no I/O. The database is shared, and stays the caller's to close. */
  constructor(
    sessionId: string,
    database: SqlDriver | DatabaseHandle,
    options: OpenSessionOptions<Item> = {},
  ) {
    this.sessionId = checkSessionId(sessionId)
    this.driver = toSqlDriver(database)
    this.#store = storeOf(this.driver, options)
    this.#window = checkWindow(options.window)
    const { sessionsTable, messagesTable, createTables } = options
    this.#tables = { sessionsTable, messagesTable, createTables }
  }

  /** Opens the database with this URL, as `openDriver` does. The session owns it, and `close` closes it. */
  static byUrl<Item>(
    sessionId: string,
    url: string,
    options?: OpenSessionOptions<Item>,
  ): Promise<OpenSession<Item>> {
    return OpenSession.#owning(sessionId, () => openDriver(url), options)
  }

  /** Opens the database that `PERSQL_DATABASE` names, as `driverFromEnv` does. `close` closes it. */
  static fromEnv<Item>(sessionId: string, options?: OpenSessionOptions<Item>): Promise<OpenSession<Item>> {
    return OpenSession.#owning(sessionId, () => driverFromEnv(), options)
  }

  static async #owning<Item>(
    sessionId: string,
    open: () => Promise<SqlDriver>,
    options?: OpenSessionOptions<Item>,
  ): Promise<OpenSession<Item>> {
    checkSessionId(sessionId)
    const driver = await open()
    const session = new OpenSession(sessionId, driver, options)
    session.#ownDriver = driver
    return session
  }

  /** Resolves with the latest `limit` items, oldest first, or with what the `window` option says. */
  read(limit?: number): Promise<Item[]> {
    if (limit !== undefined) return this.#store.read(this.sessionId, { items: limit })
    const items = this.#store.read(this.sessionId, this.#window)
    return this.#window?.items === undefined ? items : items.then(withoutOrphans)
  }

  /**
   * What {@link read} gives without a limit, of the history as far as the row `lastRow`, or as far as it goes now; with
   * the id of its last row, 0 where it has none.
   */
  async readThrough(lastRow?: number): Promise<{ items: Item[]; lastRow: number }> {
    const read = await this.#store.readThrough(this.sessionId, this.#window, lastRow)
    return this.#window?.items === undefined ? read : { ...read, items: withoutOrphans(read.items) }
  }

  append(items: readonly Item[], options?: OperationOptions): Promise<void> {
    return this.#store.append(this.sessionId, items, options)
  }

  pop(): Promise<Item | undefined> {
    return this.#store.pop(this.sessionId)
  }

  clear(): Promise<void> {
    return this.#store.clear(this.sessionId)
  }

  replaceAll(items: readonly Item[]): Promise<void> {
    return this.#store.replaceAll(this.sessionId, items)
  }

  replaceSuffix(
    expected: readonly Item[],
    replacement: readonly Item[],
    options?: OperationOptions,
  ): Promise<void> {
    return this.#store.replaceSuffix(this.sessionId, expected, replacement, options)
  }

  rewrite(change: (items: readonly Item[]) => readonly (readonly Item[])[]): Promise<void> {
    return this.#store.rewrite(this.sessionId, change)
  }

  /** Records what requests to models used, as `record` of a {@link UsageLog} does. */
  recordUsage(requests: readonly ModelRequest[]): Promise<void> {
    return new UsageLog(this.driver, this.#tables).record(this.sessionId, requests)
  }

  /** Closes the database where this session opened it itself; does nothing to a database that was passed in. */
  async close(): Promise<void> {
    await this.#ownDriver?.close()
  }
}

const DEFAULT_CODEC = jsonCodec<unknown>()
const sharedStores = new WeakMap<SqlDriver, WeakMap<object, SessionStore<unknown>>>()

function storeOf<Item>(driver: SqlDriver, options: OpenSessionOptions<Item>): SessionStore<Item> {
  const { window: _, codec, ...own } = options
  if (Object.keys(own).length > 0) return new SessionStore(driver, { ...own, codec })
  const key = codec ?? DEFAULT_CODEC
  const stores = sharedStores.get(driver) ?? new WeakMap<object, SessionStore<unknown>>()
  const store = (stores.get(key) as SessionStore<Item> | undefined) ?? new SessionStore(driver, { codec })
  sharedStores.set(driver, stores.set(key, store as SessionStore<unknown>))
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
