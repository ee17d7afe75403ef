import { formatBytes } from '../terminal/format.ts'

type Fields = Readonly<Record<string, unknown>>

const MEDIA = /^(?:input_|output_|computer_)?(image|file|audio|screenshot)$/

/** A note in the place of an image, a file or a sound; nothing for any other part of a message. */
export function mediaNote(part: Fields): string | undefined {
  const kind = MEDIA.exec(String(part['type']))?.[1]?.replace('screenshot', 'image')
  if (kind === undefined) return undefined
  const source = part[kind] ?? part['image_url'] ?? part['imageUrl'] ?? part['file_data'] ?? part['data']
  const name = nameOf(part) ?? nameOf(source)
  const details = [name, describe(source) ?? describe(part['file_id'] ?? part['fileId'])].filter(Boolean)
  const transcript = typeof part['transcript'] === 'string' ? `\n${part['transcript']}` : ''
  return `[${[kind, ...details].join(', ')}]${transcript}`
}

function nameOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('filename' in value)) return undefined
  return typeof value.filename === 'string' ? value.filename : undefined
}

function describe(source: unknown): string | undefined {
  if (source instanceof Uint8Array) return formatBytes(source.length)
  if (typeof source === 'object' && source !== null) {
    const { data, url, fileId, id, mediaType } = source as Fields
    const found = describe(data ?? url ?? fileId ?? id)
    return typeof mediaType === 'string' && found ? `${mediaType}, ${found}` : found
  }
  if (typeof source !== 'string' || source === '') return undefined
  const [, mediaType, base64] = /^data:([\w.+-]+\/[\w.+-]+)?[^,]*,(.*)$/s.exec(source) ?? []
  if (base64 !== undefined) return [mediaType, formatBytes(base64Bytes(base64))].filter(Boolean).join(', ')
  // Short enough to be an address or an id.
  return source.length <= 200 ? source : formatBytes(base64Bytes(source))
}

function base64Bytes(base64: string): number {
  return Math.floor((base64.replace(/=+$/, '').length * 3) / 4)
}
