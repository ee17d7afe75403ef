import { type Fields, firstText, isFields } from './fields.ts'
import { mediaPart, parseDataUrl, toMedia } from './media-part.ts'
import type { Part } from './part.ts'
import { sizeNote } from './part-text.ts'

/** What a message or the output of a tool says, piece by piece: a text, a part, or a list of them. */
export function contentParts(content: unknown): Part[] {
  if (content === undefined || content === null || content === '') return []
  return Array.isArray(content) ? content.map(contentPart) : [contentPart(content)]
}

function contentPart(part: unknown): Part {
  if (typeof part === 'string') return textPart(part)
  if (part instanceof Uint8Array) return toMedia('file', part)
  if (!isFields(part)) return dataPart(part)
  const media = mediaPart(part)
  if (media) return media
  const said = firstText(part['text'], part['transcript'], part['logs'])
  if (said !== undefined) return textPart(said)
  return typeof part['refusal'] === 'string' ? { kind: 'refusal', text: part['refusal'] } : dataPart(part)
}

/** Text that is nothing but an image, a file or a sound becomes one. In text that is JSON, base64 becomes a note. */
export function textPart(text: string, label?: string): Part {
  const [, media = 'file'] = /^data:(image|audio)\//.exec(text) ?? []
  const part: Part = DATA_URL.test(text)
    ? toMedia(media as 'image' | 'audio' | 'file', text)
    : { kind: 'text', text: withoutBase64(text) }
  return label === undefined ? part : { ...part, label }
}

export function dataPart(value: unknown, label?: string): Part {
  return { kind: 'data', value: notesForBytes(value), ...(label !== undefined && { label }) }
}

const LONG = 1000
const DATA_URL = /^data:[\w.+-]+\/[\w.+-]+(?:;[\w.+=-]+)*;base64,[A-Za-z0-9+/_=-]*$/
const BASE64 = /^[A-Za-z0-9+/_=-]+$/

/** The value with notes in place of bytes and of long base64. */
function notesForBytes(value: unknown): unknown {
  if (typeof value === 'string') return noteOf(value) ?? value
  if (value instanceof Uint8Array) return sizeNote('', value)
  if (Array.isArray(value)) return value.map(notesForBytes)
  if (!isFields(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, notesForBytes(one)]))
}

function noteOf(text: string): string | undefined {
  if (text.length <= LONG) return undefined
  const inline = DATA_URL.test(text) ? parseDataUrl(text) : undefined
  if (inline) return sizeNote(`${inline.mediaType ?? 'data'}, `, inline.content ?? '')
  const beginning = text.slice(0, LONG)
  const isMixed = /[A-Z]/.test(beginning) && /[a-z]/.test(beginning) && /\d/.test(beginning)
  return isMixed && BASE64.test(text) ? sizeNote('base64, ', text) : undefined
}

function withoutBase64(text: string): string {
  if (text.length <= LONG || !/^\s*[[{]/.test(text)) return text
  return text.replace(/"([^"\s]+)"/g, (whole, inner: string) => {
    const note = noteOf(inner.replaceAll('\\/', '/'))
    return note === undefined ? whole : JSON.stringify(note)
  })
}

/** The fields without those that say how an item is built. */
export function saying(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !STRUCTURE.has(key)))
}

const STRUCTURE = new Set([
  ...['type', 'id', 'name', 'namespace', 'status', 'role', 'caller', 'providerData', 'callId', 'call_id'],
  ...['container_id', 'created_by', 'encrypted_content', 'execution', 'fingerprint', 'server_label'],
])
