import { type Fields, fieldsOf, isFields } from '../fields.ts'
import { toBase64 } from '../json.ts'
import { fromInputParts, toInputParts } from './message-parts.ts'
import { sayable } from './provider-data.ts'

/** What a function has put out, in the words of the Responses API: a text, or parts. */
export function toToolOutput(output: unknown): unknown {
  if (!isFields(output)) return toInputParts(output)
  const { type, text, image, file, detail } = output
  switch (type) {
    case 'text':
      return text
    case 'image':
      return [sayable({ type: 'input_image', ...place(image, 'image_url'), detail })]
    case 'file':
      return [
        sayable({ type: 'input_file', ...place(file, 'file_data'), filename: fieldsOf(file)['filename'] }),
      ]
    default:
      return output
  }
}

function place(value: unknown, inline: 'image_url' | 'file_data'): Fields {
  if (typeof value === 'string') return { [inline]: value }
  const { data, mediaType, url, id, fileId } = fieldsOf(value)
  const address = inline === 'image_url' ? inline : 'file_url'
  if (data !== undefined)
    return { [inline]: toDataUrl(data, mediaType ?? (inline === 'file_data' ? 'text/plain' : undefined)) }
  return url === undefined ? sayable({ file_id: id ?? fileId }) : { [address]: url }
}

function toDataUrl(data: unknown, mediaType: unknown): unknown {
  const content = data instanceof Uint8Array ? toBase64(data) : data
  if (typeof content !== 'string' || typeof mediaType !== 'string' || content.startsWith('data:'))
    return content
  return `data:${mediaType};base64,${content}`
}

/** As the runner of the SDK in TypeScript keeps it. */
export function fromToolOutput(output: unknown): unknown {
  return typeof output === 'string' ? { type: 'text', text: output } : fromInputParts(output)
}
