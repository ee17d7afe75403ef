/**
 * Keys and JSON values for one run. They are gone after `end`, with their branch or database, or when they expire,
 * whatever comes first.
 */
export interface WorkingMemory {
  readonly runId: string

  /** Sets the key. `ttl` in milliseconds, from now; default: that of the store. */
  set(key: string, value: unknown, options?: { readonly ttl?: number | undefined }): Promise<void>

  /** The value, or `undefined`. */
  get<Value = unknown>(key: string): Promise<Value | undefined>

  /** All keys and values, in the order of the keys. */
  entries(): Promise<[key: string, value: unknown][]>

  delete(key: string): Promise<boolean>

  /** Forgets everything of the run. */
  end(): Promise<void>
}
