import { encodeCell, encodeValue, type QueryResponse, type WireCell } from '@persql/sdk/protocol'
import type { Connection } from '../connection/connection.ts'
import type { PreparedStatement } from '../connection/prepared-statement.ts'
import type { WorkerLimits } from '../wire/job.ts'
import { SqlFailure } from '../wire/sql-failure.ts'
import { CELL_BYTES, ResultBytes, tooLarge } from './result-bytes.ts'
import type { Statement } from './statement-body.ts'
import { refuseHiddenNames } from './transaction.ts'

/** What is left of the limits of a call for its next statements. */
export interface Budget {
  rows: number
  /** Where every cell needs as little as it can. */
  bytes: number
  readonly exact: ResultBytes
  /** What the connection has changed in all, after the last statement of the call that changed something. */
  changes?: bigint
}

/** `withTexts`: for an answer of the type `LONG_TEXTS_TYPE`. */
export function budgetOf({ resultRows, resultBytes }: WorkerLimits, withTexts: boolean): Budget {
  return { rows: resultRows, bytes: resultBytes, exact: new ResultBytes(resultBytes, withTexts) }
}

type ReadResult = Pick<QueryResponse, 'columns' | 'rows'>

const NO_RESULT: ReadResult = { columns: [], rows: [] }
const SMALL_ROWS = 10_000
const SMALL_BYTES = 4 * 1024 * 1024

/**
 * Runs one statement. `rowsRead` counts the rows that it returned, because `node:sqlite` does not tell how many
 * SQLite looked at; `rowsWritten` counts those that it changed, the work of triggers included.
 */
export function runStatement(
  connection: Connection,
  prepared: PreparedStatement,
  params: Statement['params'],
  budget: Budget,
): QueryResponse {
  const values = prepared.bind(params)
  const { statement, effects } = prepared
  if (!effects.writes) {
    if (!prepared.returnsRows) {
      statement.run(...values)
      return { columns: [], rows: [], rowsRead: 0, rowsWritten: 0 }
    }
    const { columns, rows } = readRows(prepared, values, budget)
    return { columns, rows, rowsRead: rows.length, rowsWritten: 0 }
  }
  const before = budget.changes ?? countsOf(connection)[0]
  const { columns, rows } = prepared.returnsRows ? readRows(prepared, values, budget) : NO_RESULT
  if (!prepared.returnsRows) statement.run(...values)
  const [after, changes, lastInsertRowid] = countsOf(connection)
  budget.changes = after
  const result = { columns, rows, rowsRead: rows.length, rowsWritten: Number(after - before) }
  if (effects.changesSchema) {
    refuseHiddenNames(connection)
    return result
  }
  return {
    ...result,
    changes: Number(changes),
    lastInsertRowid: encodeValue(lastInsertRowid) as number,
  }
}

function countsOf(connection: Connection): [total: bigint, changes: bigint, lastInsertRowid: bigint] {
  const statement = connection.prepareForServer('select total_changes(), changes(), last_insert_rowid()')
  statement.setReadBigInts(true)
  return connection.withoutPolicy(() => statement.get()) as unknown as [bigint, bigint, bigint]
}

function readRows(
  prepared: PreparedStatement,
  values: ReturnType<PreparedStatement['bind']>,
  budget: Budget,
): ReadResult {
  const { statement } = prepared
  const source = prepared.isSmall ? statement.all(...values) : statement.iterate(...values)
  const { rows: rowsBefore, bytes: bytesBefore } = budget
  const rows: WireCell[][] = []
  for (const row of source as unknown as Iterable<WireCell[]>) {
    for (let index = 0; index < row.length; index++) {
      const cell = row[index]
      if (typeof cell === 'string') {
        budget.bytes -= cell.length
      } else if (cell !== null) {
        const encoded = encodeCell(cell)
        row[index] = encoded
        if (typeof encoded === 'object') budget.bytes -= JSON.stringify(encoded).length
      }
    }
    budget.bytes -= CELL_BYTES * row.length
    budget.rows -= 1
    if (budget.rows < 0) throw SqlFailure.of(413, 'too_large', 'The result has more rows than the limit.')
    if (budget.bytes < 0) throw tooLarge()
    rows.push(row)
  }
  if (prepared.isProgram) rows.forEach(hideAddresses)
  prepared.isSmall = rowsBefore - budget.rows <= SMALL_ROWS && bytesBefore - budget.bytes <= SMALL_BYTES
  const columns = prepared.columns()
  budget.exact.add({ columns, rows }, bytesBefore - budget.bytes)
  return { columns, rows }
}

/** SQLite shows in which place of the memory a virtual table is. */
function hideAddresses(row: WireCell[]): void {
  for (const [index, cell] of row.entries()) {
    if (typeof cell === 'string' && /^vtab:[0-9a-fx]+$/i.test(cell)) row[index] = 'vtab'
  }
}
