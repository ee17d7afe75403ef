import { stat } from 'node:fs/promises'
import { isDiskFull } from './disk-full.ts'
import { PoolFailure, type WorkerPool } from './pool/worker-pool.ts'
import type { Registry } from './registry/registry.ts'

/** Removes databases, and deletes the files of those that are gone. */
export class Sweeper {
  readonly #registry: Registry
  readonly #pool: WorkerPool
  readonly #pathOf: (file: string) => string
  #running: Promise<void> | undefined

  constructor(registry: Registry, pool: WorkerPool, pathOf: (file: string) => string) {
    this.#registry = registry
    this.#pool = pool
    this.#pathOf = pathOf
  }

  /** From this moment on the database is not found; resolves when its files are deleted, or are left to a sweep. */
  async remove(id: string): Promise<void> {
    const removed = this.#registry.makingRoom(() => this.#registry.databases.remove(id))
    await Promise.all(removed.map(({ file }) => this.empty(file)))
  }

  /**
   * Deletes a file that nothing refers to any more, after the requests that still wait for it. Where no worker can do
   * it now, a later sweep does.
   */
  async empty(file: string): Promise<void> {
    const path = this.#pathOf(file)
    try {
      const { head } = await this.#pool.run({ operation: 'drop', file: path })
      this.#pool.forget(path)
      const { databases } = this.#registry
      if (head.status === 200) this.#registry.makingRoom(() => databases.emptied(file))
    } catch (error) {
      if (!(error instanceof PoolFailure) && !isDiskFull(error)) throw error
    }
  }

  /** Resolves when no sweep is running. */
  async idle(): Promise<void> {
    await this.#running?.catch(() => {})
  }

  /** Removes what has expired, deletes what is left over, and measures the rest. */
  sweep(): Promise<void> {
    this.#running ??= this.#sweep().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #sweep(): Promise<void> {
    const { databases, usage } = this.#registry
    for (const { id } of databases.expired()) this.#registry.makingRoom(() => databases.remove(id))
    for (const file of databases.trash()) await this.empty(file)
    this.#registry.fillReserve()
    const sizes = new Map<string, number>()
    for (const { id, file } of databases.all()) {
      const bytes = await sizeOf(this.#pathOf(file))
      if (bytes > 0) sizes.set(id, bytes)
    }
    usage.measured(sizes)
    usage.flush()
  }
}

async function sizeOf(path: string): Promise<number> {
  const sizes = await Promise.all(
    [path, `${path}-wal`].map((part) =>
      stat(part).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
