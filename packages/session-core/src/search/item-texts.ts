import { exactNumber, isExactNumber } from '../items/exact-number.ts'

/** Fields that say how an item is built, not what it says. */
export const STRUCTURE = new Set(['type', 'role', 'status', 'encrypted_content', 'encryptedContent'])

/** The texts of an item: what was said, names of tools, their arguments and results, unpacked where they are JSON. */
export function itemTexts(item: unknown): string[] {
  const texts: string[] = []
  collect(item, texts)
  return texts
}

function collect(value: unknown, texts: string[]): void {
  if (typeof value === 'string') {
    // The data of an image or a sound is no text.
    if (/^data:[^,]*;base64,/.test(value)) return
    const unpacked = /^\s*[[{]/.test(value) ? parse(value) : undefined
    if (unpacked === undefined) texts.push(value)
    else collect(unpacked, texts)
  } else if (typeof value === 'number' || isExactNumber(value)) {
    texts.push(JSON.stringify(value))
  } else if (Array.isArray(value)) {
    for (const part of value) collect(part, texts)
  } else if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    for (const [key, part] of Object.entries(value)) if (!STRUCTURE.has(key)) collect(part, texts)
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text, exactNumber)
  } catch {
    return undefined
  }
}
