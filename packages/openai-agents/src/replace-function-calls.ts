import { jsonCodec, StorageError } from '@persql/session-core'
import type { AgentInputItem } from './agents-sdk.ts'
import type { HistoryMutations } from './history-changes.ts'
import { holdsOnlyData } from './holds-only-data.ts'
import { readGiven } from './read-given.ts'

/** Refuses what could not be stored, which a structured clone would take or refuse in its own way. */
const COPIES = jsonCodec<AgentInputItem>()

/** The mutations, one after the other, as a change for `SessionStore.rewrite`. */
export function replaceFunctionCalls(
  args: HistoryMutations,
): (items: readonly AgentInputItem[]) => readonly (readonly AgentInputItem[])[] {
  const planned = readGiven('A history mutation', () =>
    checkMutations(args).map(({ callId, replacement }) => ({
      callId,
      replacement: COPIES.decode(COPIES.encode(replacement)),
    })),
  )
  return (items) => {
    let places: AgentInputItem[][] = items.map((item) => [item])
    for (const { callId, replacement } of planned) {
      let isReplaced = false
      const standIn = (item: AgentInputItem): AgentInputItem[] => {
        if (item.type !== 'function_call' || item.callId !== callId) return [item]
        if (isReplaced) return []
        isReplaced = true
        return [replacement]
      }
      places = places.map((place) => place.flatMap(standIn))
    }
    return places
  }
}

function checkMutations(args: HistoryMutations): HistoryMutations['mutations'] {
  const { mutations } = args ?? {}
  if (!Array.isArray(mutations) || !mutations.every(isObject)) {
    refuse('The history mutations must be a list of objects.')
  }
  if (!holdsOnlyData(mutations)) {
    refuse('The history mutations hold properties with accessors, symbols or hidden values.')
  }
  for (const { type, callId, replacement } of mutations as HistoryMutations['mutations']) {
    if (type !== 'replace_function_call') refuse('This kind of history mutation is not known.')
    if (typeof callId !== 'string') refuse('A history mutation needs a callId that is text.')
    if (!isObject(replacement)) refuse('A history mutation needs an item as replacement.')
  }
  return mutations
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refuse(message: string): never {
  throw new StorageError('INVALID_ARGUMENT', message)
}
