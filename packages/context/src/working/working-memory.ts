import { type SqlValue, StorageError } from '@persql/session-core'
import { checkCount } from '../arguments/check-number.ts'
import { checkName, checkText } from '../arguments/check-text.ts'
import { invalid } from '../arguments/invalid.ts'
import type { MemoryBatches } from '../layout/memory-batches.ts'
import { workingStatements } from './working-statements.ts'

/**
 * Keys and JSON values for one run. They are gone after `end`, with their branch or database, or when they expire,
 * whatever comes first.
 */
export interface WorkingMemory {
  readonly runId: string

  /** Sets the key, which is kept for `ttl` milliseconds. Default: `workingTtl` of the store. */
  set(key: string, value: unknown, options?: { readonly ttl?: number | undefined }): Promise<void>

  /**
   * Resolves with the value of the key, or with `undefined`. Rejects with `UNREADABLE_ITEM` where somebody has stored
   * what is no JSON.
   */
  get<Value = unknown>(key: string): Promise<Value | undefined>

  /** Resolves with all keys and values, in the order of the keys. Rejects as `get` does. */
  entries(): Promise<[key: string, value: unknown][]>

  /** Deletes the key. Resolves with false where there was none. */
  delete(key: string): Promise<boolean>

  /** Forgets everything of the run. */
  end(): Promise<void>
}

/** Every `set` also deletes what has expired, of all runs. */
export function workingMemory(
  batches: MemoryBatches,
  runId: string,
  defaultTtl: number,
  now: () => number,
): WorkingMemory {
  const run = checkName('run id', runId)
  const statements = workingStatements(batches.dialect)
  const nameOf = (key: string) => ({ run, key: checkName('key', key) })
  return {
    runId: run,

    async set(key, value, { ttl = defaultTtl } = {}) {
      const time = now()
      const expires = time + checkCount('ttl', ttl, 1)
      const entry = { ...nameOf(key), value: toJson(value), expires }
      await batches.run([statements.deleteExpired({ now: time }), statements.setWorking(entry)])
    },

    async get<Value>(key: string) {
      const statement = statements.getWorking({ ...nameOf(key), now: now() })
      const [result] = await batches.run([statement], { readOnly: true })
      const text = result?.rows[0]?.[0]
      return text === undefined ? undefined : (fromJson(key, text) as Value)
    },

    async entries() {
      const [result] = await batches.run([statements.listWorking({ run, now: now() })], {
        readOnly: true,
      })
      return (result?.rows ?? []).map(([key, text]): [string, unknown] => [
        String(key),
        fromJson(String(key), text!),
      ])
    },

    async delete(key) {
      const [result] = await batches.run([statements.deleteWorking(nameOf(key))])
      return result!.rows.length > 0
    },

    async end() {
      await batches.run([statements.endRun({ run })])
    },
  }
}

function toJson(value: unknown): string {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch {
    text = undefined
  }
  if (text === undefined) throw invalid('The value must be one that JSON can hold.')
  return checkText('value', text)
}

function fromJson(key: string, text: SqlValue): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    // The error of `JSON.parse` quotes what it has read.
    throw new StorageError(
      'UNREADABLE_ITEM',
      `The value of the key ${JSON.stringify(key)} is not JSON. Set it again, or delete it.`,
    )
  }
}
