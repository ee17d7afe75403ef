import { jsonCodec } from '@persql/session-core'

const codec = jsonCodec<{ asked: unknown }>()

/** The same for what is equal, as far as JSON goes. */
export async function digestOf(asked: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(canonical(asked))
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function canonical(asked: unknown): string {
  const text = JSON.stringify(asked, (_, value: unknown) => {
    if (value instanceof Uint8Array) return codec.encode({ asked: value })
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
  return text ?? ''
}
