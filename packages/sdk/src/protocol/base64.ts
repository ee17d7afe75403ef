// Newest engines have it built in; Node.js has had Buffer all along; btoa is everywhere, and slow.
interface NativeBase64 {
  toBase64?(): string
}
interface BufferLike {
  from(bytes: ArrayBufferLike, offset: number, length: number): { toString(encoding: 'base64'): string }
  from(text: string, encoding: 'base64'): Uint8Array
}
const native = Uint8Array as { fromBase64?(text: string): Uint8Array }
const { Buffer } = globalThis as { Buffer?: BufferLike }

const CHUNK = 0x8000

export function toBase64(bytes: Uint8Array): string {
  const { toBase64 } = bytes as NativeBase64
  if (toBase64) return toBase64.call(bytes)
  if (Buffer) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  let binary = ''
  for (let start = 0; start < bytes.length; start += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK))
  }
  return btoa(binary)
}

/** Throws a `TypeError` for what is not base64 with padding. */
export function fromBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
    throw new TypeError('This is not base64.')
  if (native.fromBase64) return native.fromBase64(text)
  if (Buffer) return new Uint8Array(Buffer.from(text, 'base64'))
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
