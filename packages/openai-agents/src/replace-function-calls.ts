import type { AgentInputItem } from '@openai/agents-core'
import { StorageError } from '@persql/session-core'
import type { HistoryMutations } from './persql-session.ts'

/** The mutations, one after the other, as a change for `SessionStore.rewrite`. */
export function replaceFunctionCalls({
  mutations,
}: HistoryMutations): (items: readonly AgentInputItem[]) => readonly (readonly AgentInputItem[])[] {
  for (const { type } of mutations) {
    if (type !== 'replace_function_call') {
      throw new StorageError('INVALID_ARGUMENT', 'This kind of history mutation is not known.')
    }
  }
  const planned = mutations.map(({ callId, replacement }) => ({
    callId,
    replacement: structuredClone(replacement),
  }))
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
