import type { AgentInputItem } from './agents-sdk.ts'

/**
 * The items without those tool results whose call is not among the items before them: the model API refuses such a
 * result. Item types of results end in `_result` or `_output` and name their call by `callId`.
 */
export function withoutOrphanedResults(items: readonly AgentInputItem[]): AgentInputItem[] {
  const calls = new Set<string>()
  return items.filter((item) => {
    const { type, callId } = item as { type?: string; callId?: unknown }
    if (typeof callId !== 'string') return true
    if (type !== undefined && /_(result|output)$/.test(type)) return calls.has(callId)
    calls.add(callId)
    return true
  })
}
