import {
  type BatchOptions,
  type SqlDriver,
  type SqlResult,
  type SqlStatement,
  StorageError,
} from '@persql/session-core'
import { BatchQueue, closableDriver, refuseMalformed } from '@persql/session-core/driver'
import { toCells, toParameter } from './cells.ts'
import { cloudflareError } from './cloudflare-error.ts'
import { LIMITS, refuseUnfit } from './limits.ts'
import { isReading, refuseWrites } from './refuse-writes.ts'

/** One result of a batch. */
export interface D1Result {
  readonly results: readonly unknown[]
  readonly meta: Readonly<Record<string, unknown>>
}

export interface D1Statement {
  // biome-ignore lint/suspicious/noExplicitAny: it takes what Cloudflare's own types say, which are not known here.
  bind(...params: any[]): D1Statement
  raw(options: { columnNames: true }): Promise<unknown[]>
}

/** The part of a D1 database, or of a session of one, that the driver needs. */
export interface D1 {
  prepare(sql: string): D1Statement
  // biome-ignore lint/suspicious/noExplicitAny: the statements are those of `prepare`.
  batch(statements: any[]): Promise<readonly D1Result[]>
  withSession?(bookmark?: string): D1
}

export interface D1DriverOptions {
  /**
   * Reads from replicas as well, what is at least as new as this bookmark: that of an earlier session, `first-primary` or
   * `first-unconstrained`. What this driver has written, it reads. To know the bookmark afterwards, pass
   * `env.DB.withSession(bookmark)` instead, and ask that for it. Default: everything runs on the primary.
   */
  readonly bookmark?: string | undefined
  /** Whether every batch is one that only reads, and refused where it is more. Default: false. */
  readonly readOnly?: boolean | undefined
}

/**
 * A driver over Cloudflare D1: `d1Driver(env.DB)`, or over a session of it, `d1Driver(env.DB.withSession())`. A batch is one
 * request. Batches of different sessions run at the same time; those of one session keep the order of the calls.
 *
 * Integers beyond 2^53 are refused, because they would arrive rounded. A batch of several statements gives no column names
 * for a result without rows, and needs names that differ for its columns: that is what D1 answers. Where D1 does not
 * answer, a batch rejects with `UNAVAILABLE`: whether the change was made is not known.
 */
export function d1Driver(database: D1, options: D1DriverOptions = {}): SqlDriver {
  if (typeof database?.prepare !== 'function' || typeof database.batch !== 'function') {
    throw new StorageError('INVALID_ARGUMENT', 'The database must be a D1 binding, such as env.DB.')
  }
  const { bookmark, readOnly: readsOnly = false } = options
  if (bookmark !== undefined && !database.withSession) {
    throw new StorageError('INVALID_ARGUMENT', 'A bookmark goes with a database, not with a session of one.')
  }
  const target = bookmark === undefined ? database : database.withSession!(bookmark)
  const queue = new BatchQueue()

  return closableDriver({
    dialect: 'sqlite',
    limits: LIMITS,

    async batch(statements, batchOptions: BatchOptions = {}) {
      const readOnly = readsOnly || (batchOptions.readOnly ?? false)
      if (readOnly) refuseWrites(statements)
      refuseMalformed(statements)
      refuseUnfit(statements)
      return queue.run({ ...batchOptions, readOnly }, () => run(target, statements, readOnly))
    },

    close: () => queue.end(),
  })
}

async function run(
  database: D1,
  statements: readonly SqlStatement[],
  readOnly: boolean,
): Promise<SqlResult[]> {
  const [first] = statements
  const isAlone = statements.length === 1
  try {
    // Only a statement alone gives its rows as D1 has them, and then nothing of what it wrote.
    if (isAlone && isReading(first!.sql)) return [await runAlone(database, first!)]
    const results = await database.batch(statements.map((statement) => bound(database, statement)))
    const told = results.map((result, index) => toResult(result, !isReading(statements[index]!.sql)))
    // What has changed something must not be said to have failed.
    if (readOnly) told.forEach(refuseUnordered)
    return told
  } catch (error) {
    const sql = statements.map((statement) => statement.sql).join('\n')
    throw cloudflareError(error, isAlone ? 0 : undefined, sql)
  }
}

function bound(database: D1, { sql, params = [] }: SqlStatement): D1Statement {
  return database.prepare(sql).bind(...params.map(toParameter))
}

async function runAlone(database: D1, statement: SqlStatement): Promise<SqlResult> {
  const answer = (await bound(database, statement).raw({ columnNames: true })) as unknown[][]
  const [columns = [], ...rows] = answer as [string[]?, ...unknown[][]]
  return { columns, rows: rows.map((row) => toCells(row, columns)) }
}

function toResult({ results, meta }: D1Result, mayWrite: boolean): SqlResult {
  const objects = results as Record<string, unknown>[]
  const columns = Object.keys(objects[0] ?? {})
  const rows = objects.map((row) => {
    const cells = columns.map((column) => row[column])
    return toCells(cells, columns)
  })
  const count = (key: string) => meta[key] as number
  return {
    columns,
    rows,
    rowsRead: count('rows_read'),
    rowsWritten: count('rows_written'),
    ...(mayWrite && { changes: count('changes'), lastInsertRowid: count('last_row_id') }),
  }
}

/** An object has its numbers first, whatever the order in which they came. */
function refuseUnordered({ columns }: SqlResult, statementIndex: number): void {
  const number = columns.find((column) => /^\d+$/.test(column))
  if (number === undefined || columns.length === 1) return
  throw new StorageError(
    'INVALID_STATEMENT',
    `Statement ${statementIndex} has a column without a name of its own, so D1 does not tell the order: write "as", as in "${number} as n".`,
    { statementIndex },
  )
}
