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

type Fields = Readonly<Record<string, unknown>>

/** The item of a row. Both Agents SDKs are understood: `callId` and `call_id`, results and outputs. */
export function toEntry(row: number, time: Date, item: unknown): Entry {
  const fields: Fields = typeof item === 'object' && item !== null ? (item as Fields) : {}
  const { kind, text } = read(fields, item)
  const name = textOf(fields['name'])
  const callId = textOf(fields['callId'] ?? fields['call_id'])
  return {
    row,
    time: toIso(time),
    kind,
    ...(name !== undefined && { name: cutText(name, 200) }),
    ...(callId !== undefined && { callId: cutText(callId, 200) }),
    text: cutText(text),
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

function read(fields: Fields, item: unknown): { kind: string; text: string } {
  const type = textOf(fields['type'])
  switch (type) {
    case undefined:
    case 'message':
      return { kind: textOf(fields['role']) ?? 'unknown', text: contentText(fields['content'] ?? item) }
    case 'function_call':
      return { kind: 'tool_call', text: contentText(fields['arguments']) }
    case 'function_call_result':
    case 'function_call_output':
      return { kind: 'tool_result', text: contentText(fields['output']) }
    default: {
      const parts = [fields['rawContent'], fields['content'], fields['summary']]
      return { kind: type, text: contentText(parts.find(isFilled) ?? item) }
    }
  }
}

/** Of text, of a part with text, or of a list of them; images and files are named by their type. */
function contentText(content: unknown): string {
  if (typeof content === 'string') return content
  if (Array.isArray(content)) return content.map(contentText).join('\n')
  if (typeof content !== 'object' || content === null) return JSON.stringify(content) ?? ''
  const { text, refusal, transcript, type } = content as Fields
  if (typeof text === 'string') return text
  if (typeof refusal === 'string') return refusal
  if (typeof transcript === 'string') return transcript
  if (typeof type === 'string' && /image|file|audio/.test(type)) return `[${type}]`
  return JSON.stringify(content)
}

function isFilled(content: unknown): boolean {
  return (
    content !== undefined &&
    content !== null &&
    content !== '' &&
    !(Array.isArray(content) && content.length === 0)
  )
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
