import { mediaNote } from './media-note.ts'

/** What a transcript shows of an item. The texts are as stored. */
export interface ItemView {
  readonly kind: 'user' | 'assistant' | 'system' | 'call' | 'result' | 'reasoning' | 'other'
  readonly heading: string
  /** Of a call or result, what the two have in common. */
  readonly callId?: string | undefined
  /** Of a call, what is called. */
  readonly tool?: string | undefined
  readonly body: string
}

type Fields = Readonly<Record<string, unknown>>

const HANDOFF = /^transfer_to_(.+)$/
const RESULT = /_(?:result|output)$/

/** Items of the Agents SDK in TypeScript and of the one in Python, which name some fields differently. */
export function viewItem(item: unknown): ItemView {
  if (!isFields(item)) return { kind: 'other', heading: 'item', body: pretty(item) }
  const type = text(item['type']) ?? 'message'
  const callId = text(item['callId']) ?? text(item['call_id'])
  const role = text(item['role'])
  if (type === 'message' && role !== undefined) {
    const kind = role === 'user' || role === 'assistant' ? role : 'system'
    return { kind, heading: role, body: contentText(item['content']) }
  }
  if (type === 'reasoning') {
    const parts = [item['rawContent'], item['content'], item['summary']]
    return { kind: 'reasoning', heading: 'reasoning', body: parts.map(contentText).find(Boolean) ?? '' }
  }
  const name = text(item['name']) ?? type.replace(/_call$/, '')
  if (/approval/.test(name) || /approval/.test(type)) {
    const { type: _, id: __, name: ___, status: ____, providerData, ...rest } = item
    const asked = [rest['arguments'] ?? (isFields(providerData) ? providerData : rest), rest['output']]
    return {
      kind: 'call',
      heading: name.replaceAll('_', ' '),
      callId,
      body: asked.map(outputText).join('\n').trim(),
    }
  }
  if (RESULT.test(type)) {
    const known = text(item['name'])
    const heading = known ? `${titleOf(known)} result` : type.replaceAll('_', ' ')
    return {
      kind: 'result',
      heading: withStatus(heading, item),
      callId,
      body: outputText(item['output'] ?? item['tools']),
    }
  }
  if (/_call$/.test(type)) {
    const handoff = HANDOFF.exec(name)?.[1]
    const heading = handoff ? `hands over to ${handoff}` : `calls ${name}`
    const given = item['arguments'] ?? item['action'] ?? item['operation'] ?? item['code'] ?? item['query']
    const output = item['output'] ?? item['results']
    const body = [given, output].filter((part) => part !== undefined && part !== '').map(outputText)
    return { kind: 'call', heading: withStatus(heading, item), callId, tool: name, body: body.join('\n') }
  }
  if (type === 'compaction') return { kind: 'other', heading: 'compacted history', body: '' }
  return { kind: 'other', heading: type.replaceAll('_', ' '), body: pretty(item) }
}

/** What is said of a tool in the heading of its result. */
export function titleOf(tool: string): string {
  const handoff = HANDOFF.exec(tool)?.[1]
  return handoff ? `handoff to ${handoff}` : tool
}

function withStatus(heading: string, { status }: Fields): string {
  return status === 'incomplete' || status === 'failed' || status === 'in_progress'
    ? `${heading} (${status.replace('_', ' ')})`
    : heading
}

function contentText(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return content === undefined || content === null ? '' : pretty(content)
  return content.map(partText).join('\n')
}

function partText(part: unknown): string {
  if (!isFields(part)) return pretty(part)
  const note = mediaNote(part)
  if (note !== undefined) return note
  const said = text(part['text']) ?? text(part['transcript'])
  if (said !== undefined) return said
  const refusal = text(part['refusal'])
  return refusal === undefined ? pretty(part) : `[refused] ${refusal}`
}

function outputText(output: unknown): string {
  if (typeof output === 'string') return prettyText(output)
  if (Array.isArray(output) && output.every((part) => isFields(part) && typeof part['type'] === 'string')) {
    return output.map(partText).join('\n')
  }
  if (isFields(output) && typeof output['type'] === 'string') {
    return typeof output['text'] === 'string' ? prettyText(output['text']) : partText(output)
  }
  return output === undefined || output === null ? '' : pretty(output)
}

/** JSON in a text is laid out; any other text stays as it is. */
function prettyText(given: string): string {
  if (!/^\s*[[{]/.test(given)) return given
  try {
    return JSON.stringify(JSON.parse(given), undefined, 2)
  } catch {
    return given
  }
}

function pretty(value: unknown): string {
  const bytesAsNote = (_: string, part: unknown) =>
    part instanceof Uint8Array ? `[${part.length} bytes]` : part
  return JSON.stringify(value, bytesAsNote, 2) ?? ''
}

function isFields(value: unknown): value is Fields {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  )
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
