import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { isDiskFull } from '../disk-full.ts'
import { Databases } from './databases.ts'
import { lockFolder } from './lock-folder.ts'
import { newId } from './new-id.ts'
import { openRegistry, transact } from './open-registry.ts'
import { Reserve } from './reserve.ts'
import { Tokens } from './tokens.ts'
import { Usage } from './usage.ts'

/** What the server knows apart from the content of databases. It is kept in one file and written by one process. */
export class Registry {
  readonly databases: Databases
  readonly tokens: Tokens
  readonly usage: Usage
  readonly #database: DatabaseSync
  readonly #lock: { close(): void }
  readonly #reserve: Reserve
  readonly #now: () => number

  constructor(folder: string, now: () => number) {
    this.#lock = lockFolder(folder)
    this.#reserve = new Reserve(join(folder, 'reserve'))
    try {
      this.#database = this.#withReserve(() => openRegistry(join(folder, 'registry.sqlite')))
      this.#reserve.fill()
    } catch (error) {
      this.#lock.close()
      throw error
    }
    this.#now = now
    this.tokens = new Tokens(this.#database, now)
    this.databases = new Databases(this.#database, now, () => this.tokens.forgetCached())
    this.usage = new Usage(this.#database, now)
  }

  /**
   * Makes the namespace where there is none, with an admin token, or gives it this one. Returns the token's secret
   * where it is known: it was given, or has just been made.
   */
  ensureNamespace(slug: string, adminToken?: string): string | undefined {
    return this.makingRoom(() => this.#ensureNamespace(slug, adminToken))
  }

  #ensureNamespace(slug: string, adminToken?: string): string | undefined {
    return transact(this.#database, () => {
      const row = this.#database.prepare('select id from namespaces where slug = ?').get(slug)
      const id = row ? String(row['id']) : this.#createNamespace(slug)
      if (adminToken !== undefined) this.tokens.setAdmin(id, adminToken)
      else if (!row) return this.tokens.create({ namespaceId: id, name: 'first', role: 'admin' }).secret
      return adminToken
    })
  }

  /** Does what has to be possible on a full disk too, such as what makes room there. All or nothing of it is done. */
  makingRoom<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (!isDiskFull(error)) throw error
      try {
        // Then the log is written from its beginning again, and need not grow.
        this.#database.exec('pragma wal_checkpoint(passive)')
      } catch {}
      return this.#withReserve(work)
    }
  }

  /** Takes room from the disk for the next time, where there is some. */
  fillReserve(): void {
    this.#reserve.fill()
  }

  /** Without the usage that was not flushed before. */
  close(): void {
    this.#database.close()
    this.#lock.close()
  }

  #withReserve<T>(work: () => T): T {
    for (;;) {
      try {
        return work()
      } catch (error) {
        if (!isDiskFull(error) || !this.#reserve.free()) throw error
      }
    }
  }

  #createNamespace(slug: string): string {
    const id = newId('ns')
    this.#database
      .prepare('insert into namespaces (id, slug, created_at) values (?, ?, ?)')
      .run(id, slug, this.#now())
    return id
  }
}
