import type { SqlDriver, SqlResult, SqlStatement } from '../driver/sql-driver.ts'
import { isStorageError, StorageError } from '../driver/storage-error.ts'
import { checkId, checkSessionId } from '../sessions/check-id.ts'
import { SessionBatches } from '../sessions/session-batches.ts'
import type { SessionTableNames } from '../sessions/session-tables.ts'
import { type UsageStatements, usageStatements } from './usage-statements.ts'

/** What one request to a model used. */
export interface ModelRequest {
  /** The id of its response, or another one that no other request of the session has. */
  readonly requestId: string
  readonly model?: string | undefined
  /** All of them, those from the cache of the provider included. */
  readonly inputTokens: number
  /** Those among the input that came from the cache of the provider. */
  readonly cachedInputTokens?: number | undefined
  /** All of them, those of reasoning included. */
  readonly outputTokens: number
  readonly reasoningTokens?: number | undefined
  /** How long it took, in milliseconds. */
  readonly durationMs?: number | undefined
  /** Default: now. */
  readonly at?: Date | undefined
}

/** A request as it was recorded. */
export interface RecordedRequest extends ModelRequest {
  readonly at: Date
  /** The row of the newest item of the session when it was recorded; absent where the session had none. */
  readonly lastRow?: number
}

/** The sum of some requests. */
export interface UsageTotal {
  /** A session id, a model, or a day, as in `2026-01-31`, in UTC; as the totals were asked for. */
  readonly key: string
  /** Absent where it is not known. */
  readonly model?: string
  readonly requests: number
  readonly inputTokens: number
  readonly cachedInputTokens: number
  readonly outputTokens: number
  readonly reasoningTokens: number
  readonly durationMs: number
}

export interface UsageFilter {
  readonly sessionId?: string | undefined
  /** From this time on. */
  readonly since?: Date | undefined
  /** Before this time. */
  readonly until?: Date | undefined
}

export interface UsageLogOptions extends SessionTableNames {
  /** Whether the table is made where it is missing. Default: true. */
  readonly createTables?: boolean | undefined
}

export type UsageKey = 'session' | 'model' | 'day'

const DAY = 86_400_000

/**
 * What the sessions of a database used of models: a row for each request, in the table of sessions' name with `_usage`
 * behind it. Rows stay when items are popped and when their session is cleared, since what was used has to be paid
 * for. Every method is one atomic batch, and every rejection a `StorageError`.
 */
export class UsageLog {
  readonly #batches: SessionBatches
  readonly #statements: UsageStatements

  constructor(driver: SqlDriver, options: UsageLogOptions = {}) {
    this.#batches = new SessionBatches(driver, options)
    this.#statements = usageStatements(this.#batches.dialect, this.#batches.names)
  }

  /** Records requests of a session. One that it has already is left as it is. */
  async record(sessionId: string, requests: readonly ModelRequest[]): Promise<void> {
    const session = checkSessionId(sessionId)
    const now = Date.now()
    const statements = requests.map((request) => {
      const { requestId, model = null, durationMs, at } = request
      return this.#statements.record({
        session,
        request: checkId('request id', requestId),
        model,
        input: checkCount('inputTokens', request.inputTokens),
        cached: checkCount('cachedInputTokens', request.cachedInputTokens ?? 0),
        output: checkCount('outputTokens', request.outputTokens),
        reasoning: checkCount('reasoningTokens', request.reasoningTokens ?? 0),
        duration: durationMs === undefined ? null : checkCount('durationMs', Math.round(durationMs)),
        at: at === undefined ? now : checkTime('at', at),
      })
    })
    if (statements.length > 0) await this.#batches.runOn(session, statements, { beside: 'usage' })
  }

  /** The requests of a session, in the order in which they were made. */
  async requests(sessionId: string): Promise<RecordedRequest[]> {
    const rows = await this.#read(this.#statements.list({ session: checkSessionId(sessionId) }))
    return rows.map(([requestId, model, input, cached, output, reasoning, duration, lastRow, at]) => ({
      requestId: String(requestId),
      ...(model != null && { model: String(model) }),
      inputTokens: Number(input),
      cachedInputTokens: Number(cached),
      outputTokens: Number(output),
      reasoningTokens: Number(reasoning),
      ...(duration != null && { durationMs: Number(duration) }),
      ...(lastRow != null && { lastRow: Number(lastRow) }),
      at: new Date(Number(at)),
    }))
  }

  /** The sums by session, model or day, and for each by model, ordered by these. */
  async totals(by: UsageKey, filter: UsageFilter = {}): Promise<UsageTotal[]> {
    const total = this.#statements.totals[by]
    if (!total) throw new StorageError('INVALID_ARGUMENT', 'Usage is summed by session, model or day.')
    const rows = await this.#read(
      total({
        session: filter.sessionId === undefined ? null : checkSessionId(filter.sessionId),
        since: filter.since === undefined ? 0 : checkTime('since', filter.since),
        until: filter.until === undefined ? Number.MAX_SAFE_INTEGER : checkTime('until', filter.until),
      }),
    )
    return rows.map(([key, model, requests, input, cached, output, reasoning, duration]) => ({
      key: by === 'day' ? new Date(Number(key) * DAY).toISOString().slice(0, 10) : String(key ?? ''),
      ...(model != null && { model: String(model) }),
      requests: Number(requests),
      inputTokens: Number(input),
      cachedInputTokens: Number(cached),
      outputTokens: Number(output),
      reasoningTokens: Number(reasoning),
      durationMs: Number(duration),
    }))
  }

  /** Nothing where there is no table: then nothing was recorded. */
  async #read(statement: SqlStatement): Promise<SqlResult['rows']> {
    try {
      const [result] = await this.#batches.driver.batch([statement], { readOnly: true })
      return result?.rows ?? []
    } catch (error) {
      if (isStorageError(error, 'NO_SUCH_TABLE')) return []
      throw error
    }
  }
}

function checkCount(name: string, count: number): number {
  if (Number.isSafeInteger(count) && count >= 0) return count
  throw new StorageError('INVALID_ARGUMENT', `${name} must be a whole number, at least 0.`)
}

function checkTime(name: string, time: Date): number {
  const milliseconds = time instanceof Date ? time.getTime() : Number.NaN
  if (milliseconds >= 0) return milliseconds
  throw new StorageError('INVALID_ARGUMENT', `${name} must be a valid Date.`)
}
