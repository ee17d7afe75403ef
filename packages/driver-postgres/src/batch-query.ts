import type { SqlResult, SqlStatement, SqlValue } from '@persql/session-core'
import { cellReader } from './cells.ts'
import type { Field, PostgresConnection, PostgresQuery } from './postgres-pool.ts'
import { type PreparedStatement, type PreparedStatements, preparedName } from './prepared-statements.ts'

/** One statement of what is sent. */
export interface Step extends SqlStatement {
  /** Its place in the batch; absent for what is around the batch. */
  readonly index?: number
}

/** A step on its way. */
interface Running {
  readonly step: Step
  readonly statement: PreparedStatement
  readonly isNew: boolean
}

export type Ending = 'commit' | 'rollback'

const NO_FIELDS: readonly Field[] = []
const UNNAMED: PreparedStatement = { name: '' }

/**
 * A transaction in one write to the socket: its statements up to a Sync, so that what comes after a failing one is
 * skipped. What ends it stands behind that where a statement is new to the connection and so may well fail, as one on
 * tables that nobody has made. Others seldom do: with them it stands before the Sync, which saves the server an answer
 * and costs another turnaround after a failure. pg has no query for that; it takes ones that write their messages
 * themselves.
 */
export class BatchQuery implements PostgresQuery {
  readonly results: Promise<SqlResult[]>
  /** Where the end is sent along, it takes the answer to that. To be given to the client right after this query. */
  readonly end: EndQuery | undefined
  /** pg puts its time-out here. */
  callback?: (error?: unknown) => void
  /** The place of the statement that failed. */
  failedIndex: number | undefined
  /** Whether the statement that failed was parsed by an earlier query. */
  failedParsed = false
  /** False while nothing of it can have reached the server. */
  isSent = false

  readonly #steps: readonly Step[]
  readonly #prepared: PreparedStatements | undefined
  readonly #finished: SqlResult[] = []
  readonly #settle: { resolve(results: SqlResult[]): void; reject(error: unknown): void }
  #running: Running[] = []
  #at = 0
  #fields: readonly Field[] | undefined
  #readers: ReturnType<typeof cellReader>[] = []
  #rows: SqlValue[][] = []

  /** `prepared`: what the connection has parsed. Absent: nothing is kept there. */
  constructor(steps: readonly Step[], ending: Ending, prepared: PreparedStatements | undefined) {
    const isParsed = steps.every(({ sql }) => prepared?.has(sql))
    this.#steps = isParsed ? [...steps, { sql: ending }] : steps
    this.end = isParsed ? undefined : new EndQuery(ending, true)
    this.#prepared = prepared
    const { promise, resolve, reject } = Promise.withResolvers<SqlResult[]>()
    this.results = promise
    this.#settle = { resolve, reject }
  }

  submit(connection: PostgresConnection): null {
    this.isSent = true
    connection.stream.cork?.()
    try {
      for (const name of this.#prepared?.takeDropped() ?? []) connection.close({ type: 'S', name })
      for (const step of this.#steps) this.#send(connection, step)
      connection.sync()
      // After an error, this ends the transaction as well, and undoes it.
      if (this.end) connection.query(this.end.sql)
    } finally {
      connection.stream.uncork?.()
    }
    this.#begin()
    return null
  }

  #send(connection: PostgresConnection, step: Step) {
    const { sql, params = [] } = step
    const known = this.#prepared?.get(sql)
    const statement = known ?? (this.#prepared ? { name: preparedName(sql) } : UNNAMED)
    if (!known) {
      // It may be there from an attempt that failed. To close what is not there is no error.
      if (statement !== UNNAMED) connection.close({ type: 'S', name: statement.name })
      connection.parse({ text: sql, name: statement.name })
    }
    connection.bind({ statement: statement.name, values: params.map(toParameter) })
    if (!statement.fields) connection.describe({ type: 'P', name: '' })
    connection.execute({ portal: '' })
    this.#running.push({ step, statement, isNew: !known })
  }

  #begin() {
    const next = this.#running[this.#at]
    this.#rows = []
    this.#use(next?.statement.fields)
  }

  #use(fields: readonly Field[] | undefined) {
    this.#fields = fields
    this.#readers = fields?.map(({ dataTypeID }) => cellReader(dataTypeID)) ?? []
  }

  handleRowDescription({ fields }: { readonly fields: readonly Field[] }) {
    this.#use(fields)
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }) {
    const readers = this.#readers
    const row: SqlValue[] = fields as SqlValue[]
    for (let column = 0; column < row.length; column++) {
      const reader = readers[column]
      if (reader && row[column] !== null) row[column] = reader(row[column] as string)
    }
    this.#rows.push(row)
  }

  handleCommandComplete({ text }: { readonly text: string }) {
    const { step, statement, isNew } = this.#running[this.#at]!
    const fields = this.#fields ?? NO_FIELDS
    if (statement !== UNNAMED) statement.fields = fields
    if (isNew) this.#prepared?.add(step.sql, statement)
    if (step.index !== undefined) this.#finished.push(toResult(fields, this.#rows, text))
    this.#at++
    this.#begin()
  }

  handleEmptyQuery() {
    this.handleCommandComplete({ text: '' })
  }

  handlePortalSuspended() {}

  handleCopyInResponse(connection: PostgresConnection) {
    connection.sendCopyFail('COPY has no data here.')
  }

  handleCopyData() {}

  handleError(error: unknown) {
    const failed = this.#running[this.#at]
    this.failedIndex = failed?.step.index
    this.failedParsed = failed !== undefined && !failed.isNew
    this.#settle.reject(error)
    this.callback?.(error)
  }

  handleReadyForQuery() {
    this.#settle.resolve(this.#finished)
    this.callback?.()
  }
}

/** What ends a transaction. */
export class EndQuery implements PostgresQuery {
  readonly sql: Ending
  readonly done: Promise<void>
  callback?: (error?: unknown) => void
  readonly #isSent: boolean
  readonly #settle: { resolve(): void; reject(error: unknown): void }

  /** `isSent`: whether somebody else sends it, and this only takes the answer. */
  constructor(sql: Ending, isSent = false) {
    this.sql = sql
    this.#isSent = isSent
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.done = promise
    this.#settle = { resolve, reject }
  }

  submit(connection: PostgresConnection): null {
    if (!this.#isSent) connection.query(this.sql)
    return null
  }

  handleError(error: unknown) {
    this.#settle.reject(error)
    this.callback?.(error)
  }

  handleReadyForQuery() {
    this.#settle.resolve()
    this.callback?.()
  }

  handleRowDescription() {}
  handleDataRow() {}
  handleCommandComplete() {}
  handleEmptyQuery() {}
  handlePortalSuspended() {}
  handleCopyInResponse() {}
  handleCopyData() {}
}

function toParameter(value: SqlValue): string | Buffer | null {
  if (value === null || typeof value === 'string') return value
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  return String(value)
}

function toResult(fields: readonly Field[], rows: SqlValue[][], text: string): SqlResult {
  const columns = fields.map(({ name }) => name)
  // As in `INSERT 0 3`; what only reads has a number of rows there as well.
  const [, changes] = /^(?:INSERT \d+|UPDATE|DELETE|MERGE) (\d+)$/.exec(text) ?? []
  return { columns, rows, ...(changes !== undefined && { changes: Number(changes) }) }
}
