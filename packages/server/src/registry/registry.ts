import type { DatabaseSync } from 'node:sqlite'
import { Databases } from './databases.ts'
import { newId } from './new-id.ts'
import { openRegistry } from './open-registry.ts'
import { Tokens } from './tokens.ts'
import { Usage } from './usage.ts'

export interface Namespace {
  readonly id: string
  readonly slug: string
  /** Made just now. */
  readonly isNew: boolean
}

/** What the server knows apart from the content of databases. It is kept in one file and used by one process. */
export class Registry {
  readonly databases: Databases
  readonly tokens: Tokens
  readonly usage: Usage
  readonly #database: DatabaseSync
  readonly #now: () => number

  constructor(file: string, now: () => number) {
    this.#database = openRegistry(file)
    this.#now = now
    this.tokens = new Tokens(this.#database, now)
    this.databases = new Databases(this.#database, now, () => this.tokens.forgetCached())
    this.usage = new Usage(this.#database, now)
  }

  /** The namespace with a slug; made where there is none. */
  namespace(slug: string): Namespace {
    const row = this.#database.prepare('select id from namespaces where slug = ?').get(slug)
    if (row) return { id: String(row['id']), slug, isNew: false }
    const id = newId('ns')
    this.#database
      .prepare('insert into namespaces (id, slug, created_at) values (?, ?, ?)')
      .run(id, slug, this.#now())
    return { id, slug, isNew: true }
  }

  close(): void {
    this.usage.flush()
    this.#database.close()
  }
}
