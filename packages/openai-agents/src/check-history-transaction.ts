import { StorageError } from '@persql/session-core'
import { holdsOnlyData } from './holds-only-data.ts'
import type { HistoryTransaction } from './persql-session.ts'

const FIELDS = {
  append_items: ['items'],
  replace_suffix: ['expectedSuffix', 'replacement'],
} as const

/**
 * The arguments as the Agents SDK's `MemorySession` accepts them, or an error, before anything is read or written.
 * What the codec refuses is left to it.
 */
export function checkHistoryTransaction(args: HistoryTransaction): HistoryTransaction {
  const { operationId, transaction } = args ?? {}
  if (typeof operationId !== 'string' || operationId.trim() === '') {
    refuse('needs an operationId that is not empty.')
  }
  if (typeof transaction !== 'object' || transaction === null) refuse('needs a transaction object.')
  if (!holdsOnlyData(transaction)) refuse('holds properties with accessors, symbols or hidden values.')
  const fields: readonly string[] | undefined = FIELDS[transaction.type]
  if (!fields) refuse('must be of type append_items or replace_suffix.')
  const record = transaction as unknown as Record<string, unknown>
  if (
    Object.keys(record).length !== fields.length + 1 ||
    !fields.every((field) => Array.isArray(record[field]))
  ) {
    refuse(`of type ${transaction.type} takes exactly the lists ${fields.join(' and ')}.`)
  }
  for (const item of fields.flatMap((field) => record[field] as unknown[])) {
    if (typeof item !== 'object' || item === null || Array.isArray(item))
      refuse('has an item that is not an object.')
  }
  return { operationId, transaction }
}

function refuse(what: string): never {
  throw new StorageError('INVALID_ARGUMENT', `The history transaction ${what}`)
}
