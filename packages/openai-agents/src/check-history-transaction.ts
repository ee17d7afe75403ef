import { StorageError } from '@persql/session-core'
import type { HistoryTransaction } from './history-changes.ts'
import { holdsOnlyData } from './holds-only-data.ts'
import { readGiven } from './read-given.ts'

const FIELDS = {
  append_items: ['items'],
  replace_suffix: ['expectedSuffix', 'replacement'],
} as const

/**
 * The arguments as the Agents SDK's `MemorySession` accepts them, or an error, before anything is read or written.
 * What the codec refuses is left to it.
 */
export function checkHistoryTransaction(args: HistoryTransaction): HistoryTransaction {
  return readGiven('The history transaction', () => checked(args))
}

function checked(args: HistoryTransaction): HistoryTransaction {
  const { operationId, transaction } = args ?? {}
  if (typeof operationId !== 'string' || operationId.trim() === '') {
    refuse('needs an operationId that is not empty.')
  }
  if (typeof transaction !== 'object' || transaction === null) refuse('needs a transaction object.')
  if (!holdsOnlyData(transaction)) refuse('holds properties with accessors, symbols or hidden values.')
  const { ...record }: Record<string, unknown> = transaction
  const type = record['type'] as keyof typeof FIELDS
  if (!Object.hasOwn(FIELDS, type)) refuse('must be of type append_items or replace_suffix.')
  const fields = FIELDS[type]
  if (
    Object.keys(record).length !== fields.length + 1 ||
    !fields.every((field) => Array.isArray(record[field]))
  ) {
    refuse(`of type ${type} takes exactly the lists ${fields.join(' and ')}.`)
  }
  for (const item of fields.flatMap((field) => record[field] as unknown[])) {
    if (typeof item !== 'object' || item === null || Array.isArray(item))
      refuse('has an item that is not an object.')
  }
  return { operationId, transaction: record as unknown as HistoryTransaction['transaction'] }
}

function refuse(what: string): never {
  throw new StorageError('INVALID_ARGUMENT', `The history transaction ${what}`)
}
