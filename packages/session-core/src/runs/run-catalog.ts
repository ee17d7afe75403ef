import type { SqlDriver, SqlResult, SqlStatement } from '../driver/sql-driver.ts'
import { StorageError } from '../driver/storage-error.ts'
import { checkId, checkSessionId } from '../sessions/check-id.ts'
import { checkLimit } from '../sessions/check-limit.ts'
import { RunBatches } from './run-batches.ts'
import { type Run, type RunApproval, type RunStep, toApproval, toRun, toStep } from './run-records.ts'
import type { RunStatus } from './run-tables.ts'

export interface RunListOptions {
  readonly status?: RunStatus | undefined
  readonly owner?: string | undefined
  readonly sessionId?: string | undefined
  /** Default: 50. */
  readonly limit?: number | undefined
  /** The `before` of the page before. */
  readonly before?: string | undefined
}

export interface RunPage {
  /** Newest first. */
  readonly runs: Run[]
  /** Pass it as `before` to get the next page; absent on the last one. */
  readonly before?: string
}

export interface Decision {
  readonly approve: boolean
  /** What the model is told of a rejection. */
  readonly message?: string | undefined
  /** Whether it holds for later calls of the same tool in this run as well. */
  readonly always?: boolean | undefined
  /** Who decided, for the record. */
  readonly by?: string | undefined
}

export interface RunCatalogOptions {
  readonly createTables?: boolean | undefined
}

const STATUSES: readonly RunStatus[] = ['running', 'waiting', 'done', 'failed', 'cancelled']

/**
 * The runs of a database, for people and programs that look at them and decide. Nothing here needs an agent. Every
 * method is one atomic batch, and every rejection a `StorageError`.
 */
export class RunCatalog {
  readonly #batches: RunBatches

  constructor(driver: SqlDriver, options: RunCatalogOptions = {}) {
    this.#batches = new RunBatches(driver, options.createTables ?? true)
  }

  /** Newest first, in pages. */
  async list(options: RunListOptions = {}): Promise<RunPage> {
    const { status, owner, sessionId } = options
    if (status !== undefined && !STATUSES.includes(status)) {
      throw new StorageError('INVALID_ARGUMENT', `status must be one of ${STATUSES.join(', ')}.`)
    }
    const limit = checkPageSize(options.limit)
    const before = options.before === undefined ? undefined : parseCursor(options.before)
    const found = await this.#read(
      this.#batches.statements.listRuns({ status, owner, sessionId }, limit + 1, before),
    )
    const runs = found.slice(0, limit).map((row) => toRun(row))
    const last = found.length > limit ? runs.at(-1) : undefined
    return last ? { runs, before: JSON.stringify([last.createdAt.getTime(), last.runId]) } : { runs }
  }

  /** `undefined` for a run that does not exist. */
  async get(runId: string): Promise<Run | undefined> {
    const rows = await this.#read(this.#batches.statements.getRun({ run: checkId('run id', runId) }))
    return rows.map((row) => toRun(row))[0]
  }

  /** In the order in which they were recorded, after the step `after` where that is given. */
  async steps(
    runId: string,
    options: { after?: number | undefined; limit?: number | undefined } = {},
  ): Promise<RunStep[]> {
    const run = checkId('run id', runId)
    const { after = 0, limit = Number.MAX_SAFE_INTEGER } = options
    const rows = await this.#read(this.#batches.statements.listSteps({ run, after, limit }))
    return rows.map((row) => toStep(run, row))
  }

  /** The calls of a run that needed a decision, in the order in which they were asked for. */
  async approvals(runId: string): Promise<RunApproval[]> {
    const rows = await this.#read(this.#batches.statements.listApprovals({ run: checkId('run id', runId) }))
    return rows.map(toApproval)
  }

  /** What waits for a decision in all runs, the oldest first, up to `limit` (default: 50). */
  async pending(
    options: { owner?: string | undefined; sessionId?: string | undefined; limit?: number | undefined } = {},
  ): Promise<RunApproval[]> {
    const limit = checkPageSize(options.limit)
    return (await this.#read(this.#batches.statements.listPending(options, limit))).map(toApproval)
  }

  /**
   * Decides on a call that waits. The first decision stands: the same one again changes nothing, a contrary one rejects
   * with `DECISION_CONFLICT`. Rejects with `RUN_NOT_FOUND` where no such call of the run waits.
   */
  async decide(runId: string, callId: string, decision: Decision): Promise<RunApproval> {
    const run = checkId('run id', runId)
    const call = checkId('call id', callId)
    const { approve, message, always = false, by } = decision ?? {}
    if (typeof approve !== 'boolean') {
      throw new StorageError('INVALID_ARGUMENT', 'A decision needs `approve`, true or false.')
    }
    const { decide, listApprovals } = this.#batches.statements
    const wanted = approve ? 'approved' : 'rejected'
    const [, found] = await this.#batches.write([
      decide({
        run,
        call,
        decision: wanted,
        always: always ? 1 : 0,
        message: message ?? null,
        by: by ?? null,
        now: Date.now(),
      }),
      listApprovals({ run }),
    ])
    const approval = found?.rows.map(toApproval).find(({ callId }) => callId === call)
    if (!approval) {
      throw new StorageError('RUN_NOT_FOUND', `No call "${call}" of a run "${run}" waits for a decision.`)
    }
    if (approval.decision === undefined) {
      throw new StorageError('RUN_CANCELLED', `The run "${run}" has ended: nothing waits for this decision.`)
    }
    if (approval.decision !== wanted) {
      throw new StorageError(
        'DECISION_CONFLICT',
        `The call "${call}" was ${approval.decision} before. That stands.`,
      )
    }
    return approval
  }

  /**
   * Runs that any process may go on with: their process has died, or a decision that they waited for was made. The
   * oldest first, up to `limit` (default: 50).
   */
  async recoverable(options: { limit?: number | undefined } = {}): Promise<Run[]> {
    const now = Date.now()
    const limit = checkPageSize(options.limit)
    const rows = await this.#read(this.#batches.statements.listRecoverable({ now, limit }))
    return rows.map((row) => toRun(row, now))
  }

  /** The agent that had the last word in a session, after handoffs, as the last run with it says. */
  async lastAgent(sessionId: string): Promise<string | undefined> {
    const rows = await this.#read(this.#batches.statements.lastAgent({ session: checkSessionId(sessionId) }))
    return rows.map(([name]) => String(name))[0]
  }

  /** Ends a run for good: whoever works on it fails with `RUN_CANCELLED` at its next step. False where it had ended. */
  async cancel(runId: string): Promise<boolean> {
    const run = checkId('run id', runId)
    const { getRun, cancelRun } = this.#batches.statements
    const [found] = await this.#batches.write([getRun({ run }), cancelRun({ run, now: Date.now() })])
    const status = found?.rows[0]?.[1]
    if (status === undefined) throw new StorageError('RUN_NOT_FOUND', `There is no run "${run}".`)
    return status !== 'done' && status !== 'cancelled'
  }

  /** Lets any process go on with a run that failed, as with one that was lost. False where it had not failed. */
  async retry(runId: string): Promise<boolean> {
    const run = checkId('run id', runId)
    const { getRun, retryRun } = this.#batches.statements
    const [found] = await this.#batches.write([getRun({ run }), retryRun({ run, now: Date.now() })])
    const status = found?.rows[0]?.[1]
    if (status === undefined) throw new StorageError('RUN_NOT_FOUND', `There is no run "${run}".`)
    return status === 'failed'
  }

  /** Removes a run with its journal. What it wrote into a session stays. False where there was none. */
  async delete(runId: string): Promise<boolean> {
    const run = checkId('run id', runId)
    const { getRun, deleteRun } = this.#batches.statements
    const [found] = await this.#batches.write([getRun({ run }), ...deleteRun(run)])
    return (found?.rows.length ?? 0) > 0
  }

  /**
   * Removes runs that ended (`done`, `failed`, `cancelled`) before `olderThan`, and those that have expired, with their
   * journals, and resolves with their number. Runs that somebody works on stay.
   */
  async prune(options: { olderThan: Date }): Promise<number> {
    const before = options?.olderThan instanceof Date ? options.olderThan.getTime() : Number.NaN
    if (Number.isNaN(before)) throw new StorageError('INVALID_ARGUMENT', 'olderThan must be a valid Date.')
    const { countPrunable, prune } = this.#batches.statements
    const params = { now: Date.now(), before }
    const [count] = await this.#batches.write([countPrunable(params), ...prune.map((bind) => bind(params))])
    return Number(count?.rows[0]?.[0] ?? 0)
  }

  async #read(statement: SqlStatement): Promise<SqlResult['rows']> {
    const [result] = await this.#batches.read([statement])
    return result?.rows ?? []
  }
}

function checkPageSize(limit: number | undefined): number {
  const size = checkLimit('limit', limit ?? 50)
  if (size === 0 || size === Number.POSITIVE_INFINITY) {
    throw new StorageError('INVALID_ARGUMENT', 'limit must be at least 1. Read longer lists in pages.')
  }
  return size
}

function parseCursor(before: string): { created: number; run: string } {
  try {
    const [created, run] = JSON.parse(before) as unknown[]
    if (typeof created === 'number' && typeof run === 'string') return { created, run }
  } catch {}
  throw new StorageError('INVALID_ARGUMENT', 'before must be the `before` of an earlier page.')
}
