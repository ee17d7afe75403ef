import { type Fields, isFields } from '../fields.ts'
import { fromRest, sayable, toRest } from './provider-data.ts'

/** The parts of a message of a user, or of what a tool has put out, in the words of the Responses API. */
export function toInputParts(content: unknown): unknown {
  return Array.isArray(content) ? content.map(toInputPart) : content
}

function toInputPart(part: unknown): unknown {
  if (!isFields(part)) return part
  const { type, image, imageUrl, file, fileId, fileData, fileUrl, detail, filename } = part
  const common = sayable({
    prompt_cache_breakpoint: part['promptCacheBreakpoint'],
    ...toRest(part['providerData'], type),
  })
  switch (type) {
    case 'input_text':
      return { type, ...sayable({ text: part['text'] }), ...common }
    case 'input_image': {
      const place = idOf(image) ?? fileId
      const url = place === undefined ? (image ?? imageUrl) : undefined
      return { type, ...sayable({ image_url: url, file_id: place, detail }), ...common }
    }
    case 'input_file':
      return {
        type,
        ...toFile(file),
        ...sayable({ file_data: fileData, file_url: fileUrl, file_id: fileId, filename }),
        ...common,
      }
    case 'audio':
      return isFields(part['audio'])
        ? part
        : {
            type: 'input_audio',
            input_audio: sayable({ data: part['audio'], format: part['format'] }),
            ...common,
          }
    default:
      return part
  }
}

function toFile(file: unknown): Fields {
  if (typeof file === 'string') return /^https?:\/\//.test(file) ? { file_url: file } : { file_data: file }
  if (!isFields(file)) return {}
  return sayable({ file_id: file['id'], file_url: file['url'] })
}

function idOf(value: unknown): unknown {
  return isFields(value) ? value['id'] : undefined
}

export function fromInputParts(content: unknown): unknown {
  return Array.isArray(content) ? content.map(fromInputPart) : content
}

function fromInputPart(part: unknown): unknown {
  if (!isFields(part)) return part
  const { type, text, prompt_cache_breakpoint: breakpoint, ...rest } = part
  const common = (others: Fields) =>
    sayable({ promptCacheBreakpoint: breakpoint, providerData: fromRest(others) })
  switch (type) {
    case 'input_text':
      return { type, ...sayable({ text }), ...common(rest) }
    case 'input_image': {
      const { image_url: url, file_id: id, detail, ...others } = rest
      return {
        type,
        ...sayable({ image: url ?? (id === undefined ? id : { id }), detail }),
        ...common(others),
      }
    }
    case 'input_file': {
      const { file_data: data, file_url: url, file_id: id, filename, ...others } = rest
      const file = data ?? (typeof id === 'string' ? { id } : typeof url === 'string' ? { url } : undefined)
      return { type, ...sayable({ file, filename }), ...common(others) }
    }
    case 'input_audio': {
      const { input_audio: audio, ...others } = rest
      const { data, format } = isFields(audio) ? audio : { data: undefined, format: undefined }
      return { type: 'audio', ...sayable({ audio: data, format }), ...common(others) }
    }
    default:
      return part
  }
}

/** The parts of what a model has said. */
export function toOutputParts(content: unknown): unknown {
  return Array.isArray(content) ? content.map(toOutputPart) : content
}

function toOutputPart(part: unknown): unknown {
  if (!isFields(part)) return part
  const { type, text, refusal, providerData } = part
  if (type === 'output_text') return sayable({ type, text, annotations: [], ...toRest(providerData, type) })
  return type === 'refusal' ? sayable({ type, refusal, ...toRest(providerData, type) }) : part
}

export function fromOutputParts(content: unknown): unknown {
  if (typeof content === 'string') return [{ type: 'output_text', text: content }]
  return Array.isArray(content) ? content.map(fromOutputPart) : content
}

function fromOutputPart(part: unknown): unknown {
  if (!isFields(part)) return part
  const { type, ...rest } = part
  if (type === 'output_text') {
    const { text, ...others } = rest
    return sayable({ type, text, providerData: fromRest(others) })
  }
  if (type !== 'refusal') return part
  const { refusal, ...others } = rest
  return sayable({ type, refusal, providerData: fromRest(others) })
}
