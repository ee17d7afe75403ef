import type { SqlResult, SqlStatement, SqlValue } from '@persql/session-core'
import { StorageError } from '@persql/session-core'
import { toCell, toCellsOfRow } from '@persql/session-core/sqlite'
import type { LibsqlParameter, LibsqlResult, LibsqlStatement } from './libsql-client.ts'

export function toStatement({ sql, params = [] }: SqlStatement): LibsqlStatement {
  return { sql, args: params.map(toParameter) }
}

/** libSQL takes every number as a floating point one. */
function toParameter(value: SqlValue): LibsqlParameter {
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value as number) : value
}

export function toResult({ columns, rows, rowsAffected, lastInsertRowid }: LibsqlResult): SqlResult {
  // Of a statement that returns rows, not every server tells what it changed.
  if (columns.length > 0) return { columns: [...columns], rows: rows.map(toRow) }
  return {
    columns: [],
    rows: [],
    changes: rowsAffected,
    ...(lastInsertRowid !== undefined && {
      lastInsertRowid: toCell(BigInt(lastInsertRowid)) as number | bigint,
    }),
  }
}

function toRow(row: ArrayLike<unknown>): SqlValue[] {
  const cells = Array.from(row, (cell) => (cell instanceof ArrayBuffer ? new Uint8Array(cell) : cell))
  return toCellsOfRow(cells)
}

/** Throws for a text that holds a NUL, because the binding for files gives back what is before it. */
export function refuseNul(statements: readonly SqlStatement[]): void {
  for (const [statementIndex, { params = [] }] of statements.entries()) {
    const position = params.findIndex((value) => typeof value === 'string' && value.includes('\0'))
    if (position < 0) continue
    throw new StorageError(
      'INVALID_STATEMENT',
      `Statement ${statementIndex} has a parameter ${position + 1} with a NUL character, where libSQL cuts text. Pass it as bytes, or without.`,
      { statementIndex },
    )
  }
}
