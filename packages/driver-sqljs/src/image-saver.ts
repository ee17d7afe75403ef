import { isStorageError, StorageError } from '@persql/session-core'
import type { DatabaseStorage } from './database-storage.ts'
import type { SqlJsDatabase } from './sql-js.ts'
import type { SqlJsEngine } from './sql-js-engine.ts'

export interface ImageSaverOptions {
  readonly engine: SqlJsEngine
  readonly storage: DatabaseStorage
  /** What the storage holds now. */
  readonly image: Uint8Array | undefined
  /** Milliseconds; 0 saves each write before it is acknowledged. */
  readonly delay: number
  open(image: Uint8Array | undefined): SqlJsDatabase
}

/** Keeps the storage up to date with the database in memory. */
export class ImageSaver {
  readonly #options: ImageSaverOptions
  #savedImage: Uint8Array | undefined
  #savedVersion: string
  #isPending = false
  #hasFailed = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #saving: Promise<void> = Promise.resolve()

  constructor(options: ImageSaverOptions) {
    this.#options = options
    this.#savedImage = options.image
    this.#savedVersion = options.engine.version()
  }

  async beforeWrite(): Promise<void> {
    if (this.#hasFailed) await this.#save()
  }

  async afterWrite(): Promise<void> {
    if (this.#options.engine.version() === this.#savedVersion) return
    this.#isPending = true
    if (this.#options.delay > 0) {
      this.#timer ??= setTimeout(() => {
        // The next write or `close` tries again, and rejects if it fails as well.
        this.#save().catch(() => {})
      }, this.#options.delay)
      return
    }
    try {
      await this.#save()
    } catch (error) {
      try {
        this.#goBack()
      } catch (goBackError) {
        throw Object.assign(error as Error, { suppressed: goBackError })
      }
      throw error
    }
  }

  beforeClose(): Promise<void> {
    return this.#save()
  }

  #save(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const saved = this.#saving.then(() => this.#savePending())
    this.#saving = saved.catch(() => {})
    return saved
  }

  async #savePending() {
    if (!this.#isPending) return
    const { engine, storage } = this.#options
    this.#isPending = false
    this.#savedVersion = engine.version()
    try {
      const image = engine.image()
      // A copy: a storage may change what it was given, or transfer it to a worker.
      await storage.save(image.slice())
      this.#savedImage = image
      this.#hasFailed = false
    } catch (cause) {
      this.#isPending = true
      this.#hasFailed = true
      throw saveFailed(cause)
    }
  }

  #goBack() {
    const { engine, open } = this.#options
    engine.replace(() => open(this.#savedImage))
    this.#savedVersion = engine.version()
    this.#isPending = false
    this.#hasFailed = false
  }
}

function saveFailed(cause: unknown): StorageError {
  if (isStorageError(cause, 'SAVE_FAILED') || isStorageError(cause, 'BUSY')) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new StorageError('SAVE_FAILED', `The storage could not save the database: ${reason}`, { cause })
}
