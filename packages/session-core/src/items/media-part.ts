import { type Fields, fieldsOf, firstFilled, textOf } from './fields.ts'
import type { MediaPart } from './part.ts'

const MEDIA = /^(?:input_|output_|computer_)?(image|file|audio|screenshot)$/

/** The image, file or sound that a part of a message is; nothing for any other part. */
export function mediaPart(part: Fields): MediaPart | undefined {
  const [, found] = MEDIA.exec(textOf(part['type']) ?? '') ?? []
  if (found === undefined) return undefined
  const media = found === 'screenshot' ? 'image' : (found as MediaPart['media'])
  const given = [media, 'image_url', 'imageUrl', 'file_url', 'file_data', 'data', 'input_audio', 'file_id']
  const source = given.map((field) => part[field]).find((value) => value !== undefined && value !== null)
  const {
    data,
    url,
    fileId,
    id,
    file_id: otherId,
    mediaType,
    filename,
    format = part['format'],
  } = fieldsOf(source)
  const name = firstFilled(part['filename'], filename)
  const transcript = firstFilled(part['transcript'])
  return toMedia(
    media,
    source instanceof Uint8Array ? source : (textOf(source) ?? data ?? url ?? fileId ?? id ?? otherId),
    firstFilled(mediaType, part['mediaType']) ??
      (typeof format === 'string' ? `${media}/${format}` : undefined),
    {
      ...(name !== undefined && { name }),
      ...(transcript !== undefined && { transcript }),
    },
  )
}

/** Content, as bytes, base64 or a `data:` address, or where it is. */
export function toMedia(
  media: MediaPart['media'],
  source: unknown,
  mediaType?: string,
  more: Pick<MediaPart, 'name' | 'transcript'> = {},
): MediaPart {
  const typed = { kind: 'media', media, ...more, ...(mediaType !== undefined && { mediaType }) } as const
  if (source instanceof Uint8Array) return { ...typed, content: source }
  if (typeof source !== 'string' || source === '') return typed
  const inline = parseDataUrl(source)
  if (inline) return { ...typed, ...inline }
  return isBase64(source) ? { ...typed, content: source } : { ...typed, place: source }
}

/** The type and the base64 of a `data:` address. */
export function parseDataUrl(text: string): Pick<MediaPart, 'mediaType' | 'content'> | undefined {
  const [head, mediaType] = /^data:([\w.+-]+\/[\w.+-]+)?[^,]{0,200},/.exec(text) ?? []
  if (head === undefined) return undefined
  return { ...(mediaType !== undefined && { mediaType }), content: text.slice(head.length) }
}

/** False for what is as short as an address or an id. */
function isBase64(text: string): boolean {
  return text.length > 200 && !/^\w+:/.test(text)
}
