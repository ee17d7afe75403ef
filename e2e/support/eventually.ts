import { expect } from 'vitest'

/** Expects of what changes by itself, for as long as a busy machine may take. */
export function eventually<T>(read: () => T) {
  return expect.poll(read, { timeout: 20_000 })
}
