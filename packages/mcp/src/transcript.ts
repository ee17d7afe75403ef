import { type ItemReading, partsText, readItem } from '@persql/session-core'
import { z } from 'zod'
import { cutText } from './cells.ts'

/** One item of a conversation, as people and models read it. */
export const entry = z.strictObject({
  row: z.number(),
  time: z.string(),
  kind: z.string().describe('user, assistant, system, tool_call, tool_result, or the type of the item.'),
  name: z.string().optional().describe('Of the tool.'),
  callId: z.string().optional(),
  text: z.string(),
})

export type Entry = z.infer<typeof entry>

/** The item of a row, of either Agents SDK. A call that holds its own answer shows both. */
export function toEntry(row: number, time: Date, item: unknown): Entry {
  const reading = readItem(item)
  const { tool, callId } = reading
  return {
    row,
    time: toIso(time),
    kind: kindOf(reading),
    ...(tool !== undefined && { name: cutText(tool, 200) }),
    ...(callId !== undefined && { callId: cutText(callId, 200) }),
    text: cutText(partsText([...reading.asked, ...reading.said])),
  }
}

/** As text: a heading for each item, then what it says. */
export function toText(entries: readonly Entry[]): string {
  return entries
    .map(({ row, time, kind, name, text }) => `[${row}] ${time} ${kind}${name ? ` ${name}` : ''}\n${text}`)
    .join('\n\n')
}

/** In ISO 8601; empty for what is stored and is no time. */
export function toIso(time: Date): string {
  return Number.isNaN(time.getTime()) ? '' : time.toISOString()
}

function kindOf({ kind, type, role }: ItemReading): string {
  if (type === 'message') return role ?? 'unknown'
  return kind === 'call' || kind === 'result' ? `tool_${kind}` : type
}
