import { findSummaries, type SummaryCursor } from '../dialects/find-summaries.ts'
import type { SqlDriver, SqlResult, SqlStatement } from '../driver/sql-driver.ts'
import { isStorageError, StorageError } from '../driver/storage-error.ts'
import { checkId, checkSessionId } from './check-id.ts'
import { checkLimit } from './check-limit.ts'
import { guard } from './guard.ts'
import { parseTime } from './parse-time.ts'
import { SessionBatches } from './session-batches.ts'
import type { SessionTableNames } from './session-tables.ts'

export interface SessionSummary {
  readonly sessionId: string
  /** How many rows the session has, corrupt ones included. */
  readonly itemCount: number
  /** When the session began, to the second; an invalid date where another program left no time that can be read. */
  readonly firstActivity: Date
  /** When items were last added, to the second; an invalid date where another program left no time that can be read. */
  readonly lastActivity: Date
}

export interface SessionPage {
  readonly sessions: SessionSummary[]
  /** The `after` with which the next page is listed; absent on the last one. */
  readonly after?: string
}

export interface SessionCatalogOptions extends SessionTableNames {
  /**
   * Whether the catalog makes the tables. Where somebody else does, it never writes anything but data. Default: true.
   */
  readonly createTables?: boolean | undefined
}

export interface SessionListOptions {
  /** Default: 50. */
  readonly limit?: number | undefined
  /** The `after` of an earlier page, listed with the same options. */
  readonly after?: string | undefined
  /** Only sessions whose id begins so; case counts. */
  readonly prefix?: string | undefined
  /** Only sessions that were active at this time or later, to the second. */
  readonly since?: Date | undefined
  /** Only sessions whose latest activity was before this time, to the second. */
  readonly until?: Date | undefined
  /** Which activity comes first. Default: `newest`. */
  readonly order?: 'newest' | 'oldest' | undefined
}

/**
 * The sessions of a database. Every method is one atomic batch; a fork that was refused reads once more to say why.
 * Every rejection is a `StorageError`.
 */
export class SessionCatalog {
  readonly #batches: SessionBatches

  constructor(driver: SqlDriver, options: SessionCatalogOptions = {}) {
    this.#batches = new SessionBatches(driver, options)
  }

  /** Lists the sessions, or those that the options ask for, in pages, latest activity first. */
  async list(options: SessionListOptions = {}): Promise<SessionPage> {
    const limit = checkLimit('limit', options.limit ?? 50)
    if (limit === 0 || limit === Number.POSITIVE_INFINITY) {
      throw new StorageError('INVALID_ARGUMENT', 'limit must be at least 1. Read longer lists in pages.')
    }
    const after = options.after === undefined ? undefined : parseCursor(options.after)
    const results = await this.#batches.run([this.#listStatement(options, limit + 1, after)], {
      readOnly: true,
      sessions: [],
    })
    const rows = results[0]?.rows ?? []
    const sessions = rows.slice(0, limit).map(toSummary)
    const last = rows.length > limit ? rows[limit - 1] : undefined
    return last ? { sessions, after: JSON.stringify([last[2], Number(last[3]), last[0]]) } : { sessions }
  }

  #listStatement(options: SessionListOptions, limit: number, after: SummaryCursor | undefined): SqlStatement {
    const { prefix, since, until, order = 'newest' } = options
    if (order !== 'newest' && order !== 'oldest') {
      throw new StorageError('INVALID_ARGUMENT', 'order must be "newest" or "oldest".')
    }
    if (prefix === undefined && since === undefined && until === undefined && order === 'newest') {
      return this.#batches.statements.listSummaries({ limit, ...(after ?? NO_CURSOR) })
    }
    return findSummaries(this.#batches.dialect, this.#batches.names, {
      prefix: prefix === undefined ? undefined : checkId('prefix', prefix),
      since: since && storedTime('since', since),
      until: until && storedTime('until', until),
      isOldestFirst: order === 'oldest',
      limit,
      after,
    })
  }

  /** Resolves with the summary of a session, or with `undefined` where it does not exist. */
  async get(sessionId: string): Promise<SessionSummary | undefined> {
    const session = checkSessionId(sessionId)
    const results = await this.#batches.run([this.#batches.statements.getSummary({ session })], {
      readOnly: true,
      sessions: [session],
    })
    return results[0]?.rows.map(toSummary)[0]
  }

  /** Deletes a session with its items and operation ids. Resolves with false where there was none. */
  async delete(sessionId: string): Promise<boolean> {
    const session = checkSessionId(sessionId)
    const { lockSession, getSummary, deleteFrom, deleteSession } = this.#batches.statements
    const results = await this.#batches.run(
      [
        ...(lockSession ? [lockSession({ session })] : []),
        getSummary({ session }),
        deleteFrom({ session, first: 0 }),
        deleteSession({ session }),
      ],
      { sessions: [session] },
    )
    return (results.at(-3)?.rows.length ?? 0) > 0
  }

  /**
   * Copies the items of a session, up to and including the row `throughRowId` where that is given, into a new
   * session, and resolves with its summary. Items keep their order and times; operation ids are not copied.
   * Rejects with `SESSION_NOT_FOUND` or `SESSION_EXISTS`, and with `HISTORY_CONFLICT` where the session does not have
   * that row.
   */
  async fork(
    sessionId: string,
    newSessionId: string,
    options: { throughRowId?: number | undefined } = {},
  ): Promise<SessionSummary> {
    const session = checkSessionId(sessionId)
    const target = checkId('new session id', newSessionId)
    const row =
      options.throughRowId === undefined ? undefined : checkRowId('throughRowId', options.throughRowId)
    const { lockSession, forkSession, expectRow, copyItems, getSummary } = this.#batches.statements
    const through = row ?? Number.MAX_SAFE_INTEGER
    const results = await this.#batches
      .run(
        [
          ...(lockSession ? [lockSession({ session })] : []),
          guard(forkSession({ session, target })),
          ...(row === undefined ? [] : [guard(expectRow({ session, row }))]),
          copyItems({ session, target, through }),
          getSummary({ session: target }),
        ],
        { sessions: [session, target] },
      )
      .catch((error: unknown) => this.#refuseFork(error, session, target, row))
    const summary = results.at(-1)?.rows.map(toSummary)[0]
    if (summary) return summary
    throw noSession(session)
  }

  /** Throws the reason why a fork was refused. */
  async #refuseFork(error: unknown, session: string, target: string, row?: number): Promise<never> {
    if (!isStorageError(error, 'HISTORY_CONFLICT')) throw error
    const { getSummary, getRow } = this.#batches.statements
    const [existing, source, found] = await this.#batches.run(
      [getSummary({ session: target }), getSummary({ session }), getRow({ session, row: row ?? 0 })],
      { readOnly: true, sessions: [session, target] },
    )
    const { cause } = error
    if (existing?.rows.length) {
      throw new StorageError('SESSION_EXISTS', `Session "${target}" already exists. Fork into another id.`, {
        cause,
      })
    }
    if (source?.rows.length === 0) throw noSession(session, cause)
    if (row !== undefined && found?.rows.length === 0) {
      throw new StorageError(
        'HISTORY_CONFLICT',
        `Session "${session}" has no row ${row}. Read the session again to see the rows that it has.`,
        { cause },
      )
    }
    // A trigger of somebody else may have refused the new session as well.
    throw cause
  }
}

function noSession(session: string, cause?: unknown): StorageError {
  return new StorageError('SESSION_NOT_FOUND', `There is no session "${session}" to fork.`, {
    ...(cause !== undefined && { cause }),
  })
}

/** The id of a row: a whole number from 1. */
function checkRowId(what: string, row: unknown): number {
  if (typeof row === 'number' && Number.isSafeInteger(row) && row >= 1) return row
  throw new StorageError('INVALID_ARGUMENT', `${what} must be the number of a row: a whole number from 1.`)
}

const NO_CURSOR = { updated: null, row: 0, session: '' }

function parseCursor(after: string): SummaryCursor {
  try {
    const [updated, row, session] = JSON.parse(after) as unknown[]
    if (typeof updated === 'string' && typeof row === 'number' && typeof session === 'string') {
      return { updated, row, session }
    }
  } catch {}
  throw new StorageError('INVALID_ARGUMENT', 'after must be the `after` of an earlier page.')
}

/** As `CURRENT_TIMESTAMP` writes it. */
function storedTime(what: string, time: unknown): string {
  if (time instanceof Date && !Number.isNaN(time.getTime())) {
    return time.toISOString().slice(0, 19).replace('T', ' ')
  }
  throw new StorageError('INVALID_ARGUMENT', `${what} must be a valid Date.`)
}

function toSummary(row: SqlResult['rows'][number]): SessionSummary {
  const [sessionId, createdAt, updatedAt, , itemCount] = row
  return {
    sessionId: String(sessionId),
    itemCount: Number(itemCount),
    firstActivity: parseTime(createdAt as string),
    lastActivity: parseTime(updatedAt as string),
  }
}
