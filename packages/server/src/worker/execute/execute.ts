import {
  type CallData,
  type CallMeta,
  costUsd,
  extractLongTexts,
  type QueryResponse,
  type Success,
} from '@persql/sdk/protocol'
import type { Connection } from '../connection/connection.ts'
import { failureReply } from '../wire/failure-reply.ts'
import type { Reply, SqlJob, WorkerLimits } from '../wire/job.ts'
import { SqlFailure } from '../wire/sql-failure.ts'
import { toSqlFailure } from '../wire/to-sql-failure.ts'
import { IdempotencyRecord } from './idempotency-records.ts'
import { type Budget, budgetOf, runStatement } from './run-statement.ts'
import { parseBatch, parseQuery, type Statement, type StatementBody } from './statement-body.ts'
import { inSavepoint, inTransaction } from './transaction.ts'

/** Runs a query or a batch, once for each idempotency key. */
export function execute(connection: Connection, job: SqlJob, body: Buffer, limits: WorkerLimits): Reply {
  const started = performance.now()
  const request = job.operation === 'batch' ? parseBatch(body, limits) : parseQuery(body, limits)
  const run = new Run(connection, request, limits, job)
  const { idempotencyKey } = job
  if (idempotencyKey === undefined) return run.reply(run.withoutKey(), started)

  const { operation, now } = job
  const record = new IdempotencyRecord(
    connection,
    idempotencyKey,
    operation,
    body,
    now,
    limits.idempotencyTtlMs,
  )
  const reply = inTransaction(connection, run.mode, () => {
    const earlier = record.find()
    if (earlier) return earlier
    let results: QueryResponse[]
    try {
      results = run.withinTransaction()
    } catch (error) {
      if (run.isAllOrNone || !connection.database.isTransaction) throw error
      // What came before the failing statement stays, so the failure is what the next call is answered with.
      const failed = failureReply(toSqlFailure(error, connection.authorizer.refusal))
      if (run.wrote) record.store(failed)
      return failed
    }
    const answer = run.reply(results, started)
    if (run.wrote) record.store(answer)
    return answer
  })
  // Only now is the table on disk.
  if (run.wrote && !reply.head.isReplay) connection.hasRecords = true
  return reply
}

class Run {
  readonly mode: 'read' | 'write'
  wrote = false
  /** Nothing stays of a run that fails. */
  readonly isAllOrNone: boolean

  readonly #connection: Connection
  readonly #request: StatementBody
  readonly #budget: Budget
  readonly #isBatch: boolean
  readonly #texts: boolean

  constructor(connection: Connection, request: StatementBody, limits: WorkerLimits, job: SqlJob) {
    this.#connection = connection
    this.#request = request
    this.#isBatch = job.operation === 'batch'
    this.#texts = job.texts ?? false
    this.isAllOrNone = request.transaction || request.statements.length === 1
    this.mode = request.readOnly || connection.isReadOnly ? 'read' : 'write'
    // Whether another request writes is known only in the end; then it is answered in JSON.
    this.#budget = budgetOf(limits, this.#texts && this.mode === 'read')
  }

  withoutKey(): QueryResponse[] {
    const { statements, transaction } = this.#request
    if (transaction && statements.length > 1) {
      return inTransaction(this.#connection, this.mode, () => this.#runAll((run) => run()))
    }
    return this.#runAll((run, writes) => (writes ? inTransaction(this.#connection, this.mode, run) : run()))
  }

  withinTransaction(): QueryResponse[] {
    return this.#runAll((run) => (this.isAllOrNone ? run() : inSavepoint(this.#connection, run)))
  }

  reply(results: readonly QueryResponse[], started: number): Reply {
    let rowsRead = 0
    let rowsWritten = 0
    for (const result of results) {
      rowsRead += result.rowsRead
      rowsWritten += result.rowsWritten
    }
    const meta: CallMeta = {
      rowsRead,
      rowsWritten,
      durationMs: Math.round((performance.now() - started) * 1000) / 1000,
      statementCount: results.length,
      costUsd: costUsd({ requests: 1, rowsRead, rowsWritten }),
    }
    // What has changed something may be replayed to a caller that accepts only JSON.
    const texts = this.#texts && !this.wrote ? extractLongTexts(results) : ''
    const data = this.#isBatch ? results : results[0]
    const body = JSON.stringify({ success: true, data, meta } satisfies Success<
      CallData<'batch'> | CallData<'query'> | undefined
    >)
    const head = { status: 200, rowsRead, rowsWritten }
    return texts === '' ? { head, body } : { head: { ...head, isTexts: true }, body: `${body}\n${texts}` }
  }

  /** Each statement is prepared when its turn comes, because it may need what an earlier one creates. */
  #runAll(guard: (run: () => QueryResponse, writes: boolean) => QueryResponse): QueryResponse[] {
    return this.#request.statements.map((statement, index) => {
      try {
        return this.#runOne(statement, guard)
      } catch (error) {
        this.#connection.discard(statement.sql)
        const failure = toSqlFailure(error, this.#connection.authorizer.refusal).withoutValues(statement.sql)
        throw this.#isBatch ? failure.at(index) : failure
      }
    })
  }

  #runOne({ sql, params }: Statement, guard: (run: () => QueryResponse, writes: boolean) => QueryResponse) {
    const connection = this.#connection
    connection.authorizer.refusal = undefined
    const prepared = connection.prepare(sql)
    const { writes } = prepared.effects
    if (writes && this.#request.readOnly) {
      throw SqlFailure.of(400, 'readonly', 'The request says that it only reads, and the statement writes.')
    }
    this.wrote ||= writes
    return guard(() => runStatement(connection, prepared, params, this.#budget), writes)
  }
}
