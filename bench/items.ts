import type { AgentInputItem } from '@openai/agents-core'

/** Bytes of JSON in each item, give or take one. */
export const ITEM_BYTES = 606

const PROSE = 'Parcel "A-113" left the warehouse on Tuesday and was scanned twice.\n- expected: before noon\n'
const RECORDS =
  '{"parcel":"A-113","status":"in transit","scans":[{"at":"Hub 4","time":"2026-03-03T18:20:00Z"}]}'

/** What one run of an agent adds: a question, a tool call, its result, and an answer. */
export const TURN: AgentInputItem[] = [
  sized(PROSE, (text) => ({
    id: 'item-0',
    type: 'message',
    role: 'user',
    content: [{ type: 'input_text', text }],
  })),
  sized(RECORDS, (text) => ({
    id: 'item-1',
    type: 'function_call',
    callId: 'call_find_parcel',
    name: 'find_parcel',
    status: 'completed',
    arguments: text,
  })),
  sized(RECORDS, (text) => ({
    id: 'item-2',
    type: 'function_call_result',
    callId: 'call_find_parcel',
    name: 'find_parcel',
    status: 'completed',
    output: { type: 'text', text },
  })),
  sized(PROSE, (text) => ({
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

function sized(content: string, build: (text: string) => AgentInputItem): AgentInputItem {
  const room = ITEM_BYTES - JSON.stringify(build('')).length
  const characters = [...content.repeat(ITEM_BYTES / 50)]
  let used = 0
  const end = characters.findIndex((character) => {
    used += JSON.stringify(character).length - 2
    return used > room
  })
  return build(characters.slice(0, end).join(''))
}
