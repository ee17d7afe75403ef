import type { AgentInputItem } from '@openai/agents-core'

/** Bytes of JSON in each item. */
const ITEM_BYTES = 606

const PROSE =
  'The parcel left the warehouse on Tuesday evening and was scanned twice on its way. It should be at your door before noon. '

/** What one run of an agent adds: a question, a tool call, its result, and an answer. */
export const TURN: AgentInputItem[] = [
  sized((text) => ({
    id: 'item-0',
    type: 'message',
    role: 'user',
    content: [{ type: 'input_text', text }],
  })),
  sized((text) => ({
    id: 'item-1',
    type: 'function_call',
    callId: 'call_find_parcel',
    name: 'find_parcel',
    status: 'completed',
    arguments: text,
  })),
  sized((text) => ({
    id: 'item-2',
    type: 'function_call_result',
    callId: 'call_find_parcel',
    name: 'find_parcel',
    status: 'completed',
    output: { type: 'text', text },
  })),
  sized((text) => ({
    id: 'item-3',
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text }],
  })),
]

/** The same items with ids that say which batch of which writer they belong to. */
export function markedTurn(writer: number, batch: number): AgentInputItem[] {
  return TURN.map((item, index) => ({ ...item, id: itemId(writer, batch, index) }))
}

export function itemId(writer: number, batch: number, index: number): string {
  return `${writer}-${batch}-${index}`
}

function sized(build: (text: string) => AgentInputItem): AgentInputItem {
  const length = ITEM_BYTES - JSON.stringify(build('')).length
  return build(PROSE.repeat(Math.ceil(length / PROSE.length)).slice(0, length))
}
