import { PerSQLError } from '../errors/persql-error.ts'
import { LIMITS } from '../protocol/index.ts'

/** A key that nobody else has: 128 random bits. Browsers have `randomUUID` on secure pages only. */
export function randomKey(): string {
  if (crypto.randomUUID) return crypto.randomUUID()
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}

/** Throws `invalid_argument` for what no header can hold. */
export function checkKey(name: string, key: string): string {
  if (
    typeof key === 'string' &&
    /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(key) &&
    key.length <= LIMITS.idempotencyKeyLength
  ) {
    return key
  }
  throw new PerSQLError(
    'invalid_argument',
    `${name} must be 1 to ${LIMITS.idempotencyKeyLength} printable ASCII characters.`,
  )
}
