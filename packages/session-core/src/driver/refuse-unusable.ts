import type { SqlStatement } from './sql-driver.ts'
import { skipBlank } from './sql-text.ts'
import { StorageError } from './storage-error.ts'

const TRANSACTION_CONTROL =
  /(?:begin|start|commit|end|abort|rollback|savepoint|release|prepare\s+transaction)\b/iy

const NO_PARAMS: readonly unknown[] = []

/** Texts that a batch can hold, so that those that come again and again cost nothing. */
const known = new Set<string>()
const CAPACITY = 256

/** Throws `INVALID_STATEMENT` for what no batch can hold: transaction control, and parameters that are no `SqlValue`s. */
export function refuseUnusable(statements: readonly SqlStatement[]): void {
  for (let index = 0; index < statements.length; index++) {
    const { sql, params = NO_PARAMS } = statements[index]!
    if (!known.has(sql)) refuseText(sql, index)
    for (let position = 0; position < params.length; position++) {
      if (isSqlValue(params[position])) continue
      throw unusable(
        index,
        `has a parameter ${position + 1} that SQL cannot hold. Pass null, a string, a finite number, a bigint or a Uint8Array.`,
      )
    }
  }
}

function refuseText(sql: unknown, index: number): void {
  if (typeof sql !== 'string') throw unusable(index, 'is not SQL text.')
  TRANSACTION_CONTROL.lastIndex = skipBlank(sql)
  if (TRANSACTION_CONTROL.test(sql)) {
    throw unusable(
      index,
      'begins or ends a transaction. A batch is one already: pass all its statements together.',
    )
  }
  if (known.size >= CAPACITY) known.clear()
  known.add(sql)
}

function unusable(statementIndex: number, what: string): StorageError {
  return new StorageError('INVALID_STATEMENT', `Statement ${statementIndex} ${what}`, { statementIndex })
}

function isSqlValue(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  return (
    value === null || typeof value === 'string' || typeof value === 'bigint' || value instanceof Uint8Array
  )
}
