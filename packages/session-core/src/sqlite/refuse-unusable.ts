import type { SqlStatement } from '../driver.ts'
import { StorageError } from '../storage-error.ts'

const TRANSACTION_CONTROL =
  /^(?:[\s;]|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:begin|start|commit|end|abort|rollback|savepoint|release)\b/i

/** Throws `INVALID_STATEMENT` for what no batch can hold: transaction control, and parameters that are no `SqlValue`s. */
export function refuseUnusable(statements: readonly SqlStatement[]) {
  for (const [statementIndex, { sql, params }] of statements.entries()) {
    const refuse = (what: string): never => {
      throw new StorageError('INVALID_STATEMENT', `Statement ${statementIndex} ${what}`, { statementIndex })
    }
    if (typeof sql !== 'string') refuse('is not SQL text.')
    if (TRANSACTION_CONTROL.test(sql)) {
      refuse('begins or ends a transaction. A batch is one already: pass all its statements together.')
    }
    for (const [position, value] of params?.entries() ?? []) {
      if (!isSqlValue(value)) {
        refuse(
          `has a parameter ${position + 1} that SQL cannot hold. Pass null, a string, a finite number, a bigint or a Uint8Array.`,
        )
      }
    }
  }
}

function isSqlValue(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  return (
    value === null || typeof value === 'string' || typeof value === 'bigint' || value instanceof Uint8Array
  )
}
