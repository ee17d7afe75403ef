import type { MediaPart, Part } from './part.ts'

const PLACE_LENGTH = 200
const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB']

/** The parts as text, each on lines of its own. Media are notes of their kind and size. */
export function partsText(
  parts: readonly Part[],
  textOfData = (value: unknown) => JSON.stringify(value),
): string {
  return parts.map((part) => labelled(part.label, partText(part, textOfData))).join('\n')
}

function partText(part: Part, textOfData: (value: unknown) => string | undefined): string {
  switch (part.kind) {
    case 'text':
    case 'code':
      return part.text
    case 'refusal':
      return `[refused] ${part.text}`
    case 'media':
      return part.transcript === undefined ? mediaNote(part) : `${mediaNote(part)}\n${part.transcript}`
    case 'data':
      return textOfData(part.value) ?? ''
  }
}

function labelled(label: string | undefined, text: string): string {
  if (label === undefined) return text
  return text.includes('\n') ? `${label}:\n${text}` : `${label}: ${text}`
}

/** A note in place of media, as in `[image, image/png, 3.0 kB]`. */
export function mediaNote({ media, name, mediaType, content, place }: MediaPart): string {
  const size = content === undefined ? undefined : formatBytes(sizeOf(content))
  const where =
    place !== undefined && place.length > PLACE_LENGTH
      ? `${place.slice(0, PLACE_LENGTH).toWellFormed()}…`
      : place
  const details = [media, name, mediaType, size, where].filter((detail) => detail !== undefined)
  return `[${details.join(', ')}]`
}

/** A note in place of content that nobody can read. */
export function sizeNote(what: string, content: string | Uint8Array): string {
  return `[${what}${formatBytes(sizeOf(content))}]`
}

function sizeOf(content: string | Uint8Array): number {
  if (typeof content !== 'string') return content.length
  const padding = content.endsWith('==') ? 2 : content.endsWith('=') ? 1 : 0
  return Math.floor(((content.length - padding) * 3) / 4)
}

/** A number of bytes in the largest unit that it fills, as in `1.5 kB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`
}
