import { type ItemReading, type Part, readItem } from '@persql/session-core'
import type { LoadedRow } from '../data/item-cache.ts'
import { isFailed, isRejected } from '../data/tool-failures.ts'

export interface ToolCall {
  readonly name: string
  readonly asked: readonly Part[]
  readonly state: 'done' | 'failed' | 'rejected' | 'waiting'
  readonly said: readonly Part[]
  /** The agent that took over, where the call was a handoff. */
  readonly handoff: string | undefined
  readonly isApproval: boolean
}

/** A call with its result, as far as there are both. */
export function toolCallOf(call: LoadedRow | undefined, result: LoadedRow | undefined): ToolCall {
  const called = call?.item && readItem(call.item)
  const answered = result?.item && readItem(result.item)
  const said = [...(called?.said ?? []), ...(answered?.said ?? [])]
  const first = said[0]?.kind === 'text' ? said[0].text : ''
  const name = called?.tool ?? answered?.tool ?? (called ?? answered)?.type ?? 'tool'
  return {
    name,
    asked: called?.asked ?? [],
    state: stateOf(first, called, answered, said.length > 0),
    said,
    handoff: handoffOf(name, first),
    isApproval: (called ?? answered)?.approval !== undefined,
  }
}

function stateOf(
  output: string,
  called: ItemReading | undefined,
  answered: ItemReading | undefined,
  hasOutput: boolean,
): ToolCall['state'] {
  // A call that no item of its own answers has its own state.
  const isHosted = called !== undefined && called.link === undefined
  const status = answered?.status ?? (isHosted ? called.status : undefined)
  if (answered?.approval === 'refused' || isRejected(output)) return 'rejected'
  if (isFailed(output, status)) return 'failed'
  return answered || hasOutput || (isHosted && status === 'completed') ? 'done' : 'waiting'
}

/** The SDKs name such a tool `transfer_to_…`, and answer it with the name of the agent. */
function handoffOf(name: string, result: string): string | undefined {
  const agent = /^transfer_to_(.+)$/s.exec(name)?.[1]
  try {
    const { assistant } = JSON.parse(result) as { assistant?: unknown }
    if (typeof assistant === 'string' && (agent || /handoff|transfer/.test(name))) return assistant
  } catch {}
  return agent?.replaceAll('_', ' ')
}
