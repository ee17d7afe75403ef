import type { StoredRow } from '../data/item-cache.ts'
import { isFailed, isRejected } from '../data/tool-failures.ts'

type Fields = Readonly<Record<string, unknown>>

/** A piece of what an item says. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'refusal'; readonly text: string }
  | { readonly kind: 'image'; readonly source: string }
  | { readonly kind: 'file'; readonly name: string }
  | { readonly kind: 'data'; readonly value: unknown }

/** What a message, a reasoning or an output says, whichever of the two SDKs wrote it. */
export function partsOf(content: unknown): Part[] {
  if (content === undefined || content === null) return []
  if (typeof content === 'string') return content === '' ? [] : [{ kind: 'text', text: content }]
  if (Array.isArray(content)) return content.flatMap(partOf)
  return [partOf(content)]
}

function partOf(content: unknown): Part {
  if (typeof content === 'string') return { kind: 'text', text: content }
  const part = asFields(content)
  const { type, text, refusal, transcript } = part
  if (typeof text === 'string') return { kind: 'text', text }
  if (typeof refusal === 'string') return { kind: 'refusal', text: refusal }
  if (typeof transcript === 'string') return { kind: 'text', text: transcript }
  if (type === 'input_image' || type === 'image' || type === 'computer_screenshot') {
    return { kind: 'image', source: imageSource(part) }
  }
  if (type === 'input_file' || type === 'file') {
    const { filename, id } = { ...asFields(part['file']), ...part }
    return { kind: 'file', name: firstText(filename, id) || 'File' }
  }
  return { kind: 'data', value: content }
}

/** An address that may point anywhere; nothing where the image is a file of the model's provider. */
function imageSource(part: Fields): string {
  const image = part['image'] ?? part['image_url'] ?? part['data']
  if (image instanceof Uint8Array) return dataUrl(image, part['mediaType'])
  if (typeof image === 'string') return image
  const { url, data, mediaType, id, fileId } = asFields(image)
  if (data instanceof Uint8Array) return dataUrl(data, mediaType)
  if (typeof data === 'string')
    return data.startsWith('data:') ? data : `data:${mediaType ?? 'image/png'};base64,${data}`
  return firstText(url, id, fileId)
}

function dataUrl(bytes: Uint8Array, mediaType: unknown): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return `data:${typeof mediaType === 'string' ? mediaType : 'image/png'};base64,${btoa(binary)}`
}

export interface ToolCall {
  readonly name: string
  readonly args: unknown
  readonly state: 'done' | 'failed' | 'rejected' | 'waiting'
  readonly result: readonly Part[]
  /** The agent that took over, where the call was a handoff. */
  readonly handoff: string | undefined
  /** What it asked a person, or was told. */
  readonly isApproval: boolean
}

export function toolCallOf(call: StoredRow | undefined, result: StoredRow | undefined): ToolCall {
  const fields = call?.item ?? result?.item ?? {}
  const { type, name, arguments: args, action, operation, status } = fields
  const output = result?.item?.['output'] ?? call?.item?.['output']
  const parts = partsOf(output)
  const first = parts[0]?.kind === 'text' ? parts[0].text : ''
  const title = firstText(name, type) || 'tool'
  const isHosted = type === 'hosted_tool_call' || /_call$/.test(String(type)) === false
  const isAnswered = result !== undefined || output !== undefined || (isHosted && status === 'completed')
  const resultStatus = result?.item?.['status'] ?? (isHosted ? status : undefined)
  return {
    name: title,
    args: args ?? action ?? operation,
    state: stateOf(first, resultStatus, isAnswered),
    result: parts,
    handoff: handoffOf(title, first),
    isApproval: /approval/.test(title),
  }
}

function stateOf(output: string, status: unknown, isAnswered: boolean): ToolCall['state'] {
  if (isRejected(output)) return 'rejected'
  if (isFailed(output, status)) return 'failed'
  return isAnswered ? 'done' : 'waiting'
}

/** The SDKs name such a tool `transfer_to_…`, and answer it with the name of the agent. */
function handoffOf(name: string, result: string): string | undefined {
  const agent = /^transfer_to_(.+)$/s.exec(name)?.[1]
  try {
    const { assistant } = asFields(JSON.parse(result))
    if (typeof assistant === 'string' && (agent || /handoff|transfer/.test(name))) return assistant
  } catch {}
  return agent?.replaceAll('_', ' ')
}

function asFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function firstText(...values: readonly unknown[]): string {
  return values.find((value): value is string => typeof value === 'string') ?? ''
}
