import {
  type DatabaseHandle,
  type ItemCodec,
  OpenSession,
  type OpenSessionOptions,
  type SqlDriver,
} from '@persql/session-core'
import { AGENTS_CODEC } from './agents-codec.ts'
import type { AgentInputItem, Session } from './agents-sdk.ts'
import { checkHistoryTransaction } from './check-history-transaction.ts'
import type { HistoryMutations, HistoryTransaction } from './history-changes.ts'
import { modelRequests, type RecordUsageOptions, type ResultWithResponses } from './model-requests.ts'
import { replaceFunctionCalls } from './replace-function-calls.ts'

/** The options of a {@link PerSQLSession}: its window, codec, tables, and who is told of corrupt rows. */
export interface PerSQLSessionOptions extends OpenSessionOptions<AgentInputItem> {
  /**
   * How an item becomes the text of a row. By default as it is, exactly; rows that the Agents SDK in Python wrote are
   * read as well. With {@link sharedCodec} that SDK reads the rows of this session as well.
   */
  readonly codec?: ItemCodec<AgentInputItem> | undefined
}

/** The session of the core that a session stands on. */
export let openSessionOf: (session: PerSQLSession) => OpenSession<AgentInputItem>

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
  #session: OpenSession<AgentInputItem>

  static {
    openSessionOf = (session) => session.#session
  }

  /**
   * Does no I/O. `database` is a driver, such as `betterSqlite3Driver('agents.db')`, or a PerSQL database handle,
   * such as `client.database('acme/agent-state')`. It is shared, and stays the caller's to close.
   */
  constructor(sessionId: string, database: SqlDriver | DatabaseHandle, options?: PerSQLSessionOptions) {
    this.#session = new OpenSession(sessionId, database, withCodec(options))
  }

  /** Opens a session on the database with this URL, as in `openDriver`. `close` it after use. */
  static async open(
    sessionId: string,
    url: string,
    options: PerSQLSessionOptions = {},
  ): Promise<PerSQLSession> {
    return PerSQLSession.#over(await OpenSession.byUrl(sessionId, url, withCodec(options)))
  }

  /** Opens a session on the database that `PERSQL_DATABASE` names, as in `driverFromEnv`. `close` it after use. */
  static async fromEnv(sessionId: string, options: PerSQLSessionOptions = {}): Promise<PerSQLSession> {
    return PerSQLSession.#over(await OpenSession.fromEnv(sessionId, withCodec(options)))
  }

  static #over(opened: OpenSession<AgentInputItem>): PerSQLSession {
    const session = new PerSQLSession(opened.sessionId, opened.driver)
    session.#session = opened
    return session
  }

  /** Resolves with the id that the session was made with. Does no I/O. */
  async getSessionId(): Promise<string> {
    return this.#session.sessionId
  }

  /**
   * Resolves with the latest `limit` items, oldest first; with none for a limit below one. Without a limit, the
   * `window` option says which. The items are the caller's own copies.
   */
  getItems(limit?: number): Promise<AgentInputItem[]> {
    return this.#session.read(limit)
  }

  /** Adds all items or none, in order, without items of others between them. No items: does nothing. */
  addItems(items: AgentInputItem[]): Promise<void> {
    return this.#session.append(items)
  }

  /**
   * Removes the newest item and resolves with it, or with `undefined` for an empty history. Corrupt rows that are
   * newer are dropped first, each in a batch of its own, and told to `onCorruptRow`.
   */
  popItem(): Promise<AgentInputItem | undefined> {
    return this.#session.pop()
  }

  /** Removes the session with its items and its operation ids. */
  clearSession(): Promise<void> {
    return this.#session.clear()
  }

  /** Puts these items in the place of the whole history. */
  replaceHistoryWithCompaction(items: AgentInputItem[]): Promise<void> {
    return this.#session.replaceAll(items)
  }

  /**
   * For each mutation, the first call with its id becomes the replacement and later ones are dropped. Reads the
   * history, then changes it in one batch, on condition that it is still the same; otherwise it starts over, and
   * after 20 times rejects with `HISTORY_CONFLICT`.
   */
  async applyHistoryMutations(args: HistoryMutations): Promise<void> {
    const change = replaceFunctionCalls(args)
    await this.#session.rewrite(change)
  }

  /**
   * Applies the change and remembers its operation id, in one batch; the suffix to be replaced is read before. The
   * same id with the same change again succeeds and changes nothing. Rejects with `OPERATION_CONFLICT` for the same
   * id with another change, and with `HISTORY_CONFLICT` for a suffix that no longer matches.
   */
  async applyHistoryTransaction(args: HistoryTransaction): Promise<void> {
    const { operationId, transaction } = checkHistoryTransaction(args)
    if (transaction.type === 'append_items') {
      await this.#session.append(transaction.items, { operationId })
    } else {
      const { expectedSuffix, replacement } = transaction
      await this.#session.replaceSuffix(expectedSuffix, replacement, { operationId })
    }
  }

  /**
   * Records what each model request of a run used, in a table beside the session: `await session.recordUsage(result)`
   * behind `run`. A response that has an id is recorded once, however often that is called; one whose usage is not
   * known is left out. Rows stay when items are popped and when the session is cleared.
   */
  async recordUsage(result: ResultWithResponses, options: RecordUsageOptions = {}): Promise<void> {
    await this.#session.recordUsage(modelRequests(result, options))
  }

  /** Closes the database where this session opened it itself; does nothing to a database that was passed in. */
  async close(): Promise<void> {
    await this.#session.close()
  }

  /** Closes the session, at the end of an `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

function withCodec(options?: PerSQLSessionOptions): OpenSessionOptions<AgentInputItem> {
  return { ...options, codec: options?.codec ?? AGENTS_CODEC }
}
