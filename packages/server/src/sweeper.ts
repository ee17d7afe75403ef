import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { isDiskFull } from './disk-full.ts'
import { PoolFailure, type WorkerPool } from './pool/worker-pool.ts'
import type { Registry } from './registry/registry.ts'
import { FILE_PARTS } from './worker/connection/file-parts.ts'

/** Removes databases, and deletes the files of those that are gone. */
export class Sweeper {
  readonly #registry: Registry
  readonly #pool: WorkerPool
  readonly #folder: string
  readonly #pathOf: (file: string) => string
  /** Files that a job on another database reads, with the number of such jobs. */
  readonly #held = new Map<string, number>()
  #running: Promise<void> | undefined

  /** The folder is the one of the databases. */
  constructor(registry: Registry, pool: WorkerPool, folder: string, pathOf: (file: string) => string) {
    this.#registry = registry
    this.#pool = pool
    this.#folder = folder
    this.#pathOf = pathOf
  }

  /** From this moment on the database is not found; resolves when its files are deleted, or are left to a sweep. */
  async remove(id: string): Promise<void> {
    const removed = this.#registry.makingRoom(() => this.#registry.databases.remove(id))
    await Promise.all(removed.map(({ file }) => this.empty(file)))
  }

  /** Keeps a file while work reads it that does not stand in the queue of its database. */
  async holding<T>(file: string, work: () => Promise<T>): Promise<T> {
    this.#held.set(file, (this.#held.get(file) ?? 0) + 1)
    try {
      return await work()
    } finally {
      const others = (this.#held.get(file) ?? 1) - 1
      if (others > 0) this.#held.set(file, others)
      else this.#held.delete(file)
    }
  }

  /**
   * Deletes a file that nothing refers to any more, after the requests that still wait for it. Where no worker can do
   * it now, or the file is held, a later sweep does.
   */
  async empty(file: string): Promise<void> {
    if (this.#held.has(file)) return
    const path = this.#pathOf(file)
    try {
      await this.#pool.run({ operation: 'drop', file: path })
      this.#pool.forget(path)
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

  #isThere(file: string): boolean {
    return FILE_PARTS.some((part) => existsSync(this.#pathOf(file) + part))
  }

  async #sweep(): Promise<void> {
    const { databases, usage } = this.#registry
    for (const { id } of databases.expired()) this.#registry.makingRoom(() => databases.remove(id))
    databases.discardFormer((await readdir(this.#folder)).map((name) => name.replace(PART, '')))
    for (const file of databases.trash.list()) {
      // Not as soon as it has been deleted: a process that was killed meanwhile may have made a part of it again.
      if (this.#isThere(file)) await this.empty(file)
      else this.#registry.makingRoom(() => databases.trash.takeOut(file))
    }
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

const PART = /-(?:wal|shm|journal)$/

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
