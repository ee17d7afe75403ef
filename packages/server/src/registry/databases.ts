import type { DatabaseSync } from 'node:sqlite'
import { isSlug } from '@persql/sdk/protocol'
import { Addresses } from './addresses.ts'
import { newFile, newId } from './new-id.ts'
import { transact } from './open-registry.ts'
import { Statements } from './statements.ts'
import { Trash } from './trash.ts'

/** A database, or a branch of one, which has `parentId` and `ref`. */
export interface Database {
  readonly id: string
  readonly namespaceId: string
  readonly slug: string
  readonly name: string
  /** Name of the file in the folder of databases. Made from random characters, never from what a caller sent. */
  readonly file: string
  readonly parentId: string | null
  readonly ref: string | null
  readonly createdAt: number
  readonly forkedAt: number | null
  readonly expiresAt: number | null
}

interface Row {
  id: string
  namespace_id: string
  slug: string
  name: string
  file: string
  parent_id: string | null
  ref: string | null
  created_at: number
  forked_at: number | null
  expires_at: number | null
}

const SELECT = 'select * from databases where deleted_at is null'
const CACHED = 10_000
/** A slug, a dot, and a ref. */
const LONGEST_ADDRESS = 63 + 1 + 64

/** Which databases there are, and in which files. What is gone or expired is not found. */
export class Databases {
  readonly addresses: Addresses
  readonly trash: Trash
  readonly #database: DatabaseSync
  readonly #statements: Statements
  readonly #now: () => number
  readonly #onChange: () => void
  /** By namespace and address. Forgotten as a whole with every change. */
  readonly #cache = new Map<string, Database>()

  /** `onChange` is told when databases, and so their tokens, get another end. */
  constructor(database: DatabaseSync, now: () => number, onChange: () => void) {
    this.#onChange = onChange
    this.#database = database
    this.#statements = new Statements(database)
    this.addresses = new Addresses(this.#statements)
    this.trash = new Trash(this.#statements)
    this.#now = now
  }

  /**
   * The database with an address: its slug, or `parent.ref` of a branch, or `parent-ref` where that was free when the
   * branch was made. An address that has stood for a database or branch stands for no other one, ever.
   */
  find(namespaceId: string, address: string): Database | undefined {
    if (address.length > LONGEST_ADDRESS) return
    const key = `${namespaceId} ${address}`
    let found = this.#cache.get(key)
    if (!found) {
      found = this.#look(namespaceId, address)
      if (!found) return
      if (this.#cache.size >= CACHED) this.#cache.clear()
      this.#cache.set(key, found)
    }
    return this.#isExpired(found) ? undefined : found
  }

  /** By id, expired or not. */
  get(id: string): Database | undefined {
    const row = this.#statements.get<Row>(`${SELECT} and id = ?`, id)
    return row && toDatabase(row)
  }

  /** The slug of a database that there is, or was. */
  slugOf(id: string): string {
    return this.#statements.get<{ slug: string }>('select slug from databases where id = ?', id)?.slug ?? id
  }

  /** Whether the address is free and never was anything else: what was deleted must not come back by a query. */
  isNew(namespaceId: string, slug: string): boolean {
    return isSlug(slug) && this.addresses.meaningOf(namespaceId, slug) === undefined
  }

  list(namespaceId: string): Database[] {
    return this.#listWhere('namespace_id = ? and parent_id is null', namespaceId)
  }

  branches(parentId: string): Database[] {
    return this.#listWhere('parent_id = ?', parentId)
  }

  branch(parentId: string, ref: string): Database | undefined {
    const row = this.#statements.get<Row>(`${SELECT} and parent_id = ? and ref = ?`, parentId, ref)
    const found = row && toDatabase(row)
    return found && !this.#isExpired(found) ? found : undefined
  }

  /** Nothing where the slug is taken, or is an address of a branch. */
  create(database: {
    readonly namespaceId: string
    readonly slug: string
    readonly name: string
    readonly expiresAt?: number | undefined
  }): Database | undefined {
    return transact(this.#database, () => {
      this.#removeExpired(database.namespaceId, database.slug)
      const { namespaceId, slug } = database
      if (this.#bySlug(namespaceId, slug) || !this.addresses.claim(namespaceId, slug, slug)) return
      return this.#insert({ ...database, file: newFile(), expiresAt: database.expiresAt ?? null })
    })
  }

  /** Makes the branch that a reserved file holds, or gives an existing branch this file. */
  putBranch(branch: {
    readonly parent: Database
    readonly ref: string
    readonly file: string
    readonly name?: string | undefined
    readonly expiresAt: number | null
    /** Whether the tokens of the branch that is replaced end with it. */
    readonly endsTokens: boolean
  }): { readonly branch: Database; readonly replacedFile?: string } {
    const { parent, ref, file, expiresAt } = branch
    this.#cache.clear()
    this.#onChange()
    return transact(this.#database, () => {
      this.trash.takeOut(file)
      const known = this.#statements.get<Row>(`${SELECT} and parent_id = ? and ref = ?`, parent.id, ref)
      if (known && !this.#isExpired(toDatabase(known))) {
        this.trash.put(known.file)
        if (branch.endsTokens) this.#endTokens(known.id)
        this.#statements.run(
          'update databases set file = ?, name = ?, forked_at = ?, expires_at = ? where id = ?',
          file,
          branch.name ?? known.name,
          this.#now(),
          expiresAt,
          known.id,
        )
        return { branch: this.get(known.id) as Database, replacedFile: known.file }
      }
      if (known) this.remove(known.id)
      const created = this.#insert({
        namespaceId: parent.namespaceId,
        slug: this.addresses.slugOfBranch(parent, ref),
        name: branch.name ?? `${parent.name} (${ref})`,
        file,
        expiresAt,
        parentId: parent.id,
        ref,
      })
      return { branch: created }
    })
  }

  /** Removes a database, its branches, and the tokens that reach nothing else. Returns what is to be deleted. */
  remove(id: string): Database[] {
    this.#cache.clear()
    this.#onChange()
    return transact(this.#database, () => {
      const removed = this.#statements
        .all<Row>(`${SELECT} and (id = ? or parent_id = ?)`, id, id)
        .map(toDatabase)
      for (const { id, file } of removed) {
        this.#statements.run('update databases set deleted_at = ? where id = ?', this.#now(), id)
        this.#endTokens(id)
        this.trash.put(file)
      }
      return removed
    })
  }

  expired(): Database[] {
    return this.#statements.all<Row>(`${SELECT} and expires_at <= ?`, this.#now()).map(toDatabase)
  }

  /** All that there are, of all namespaces. */
  all(): Database[] {
    return this.#statements.all<Row>(SELECT).map(toDatabase)
  }

  /** Makes trash of those files that are of databases that are gone. Others, known or not, stay what they are. */
  discardFormer(files: readonly string[]): void {
    const living = new Set(this.all().map(({ file }) => file))
    for (const file of new Set(files)) {
      if (living.has(file)) continue
      this.#statements.run(
        `insert or ignore into trash (file) select file from databases where file = ? and deleted_at is not null`,
        file,
      )
    }
  }

  #look(namespaceId: string, address: string): Database | undefined {
    const meaning = address.includes('.') ? address : this.addresses.meaningOf(namespaceId, address)
    if (meaning === undefined) return
    // Slugs hold no dot.
    const dot = meaning.indexOf('.')
    if (dot < 0) return this.#bySlug(namespaceId, meaning)
    const parent = this.#bySlug(namespaceId, meaning.slice(0, dot))
    return parent && !this.#isExpired(parent) ? this.branch(parent.id, meaning.slice(dot + 1)) : undefined
  }

  #bySlug(namespaceId: string, slug: string): Database | undefined {
    const row = this.#statements.get<Row>(`${SELECT} and namespace_id = ? and slug = ?`, namespaceId, slug)
    return row && toDatabase(row)
  }

  #endTokens(databaseId: string): void {
    this.#statements.run(
      'update tokens set revoked_at = ? where database_id = ? and revoked_at is null',
      this.#now(),
      databaseId,
    )
  }

  #removeExpired(namespaceId: string, slug: string): void {
    const known = this.#bySlug(namespaceId, slug)
    if (known && this.#isExpired(known)) this.remove(known.id)
  }

  #isExpired({ expiresAt }: Database): boolean {
    return expiresAt !== null && expiresAt <= this.#now()
  }

  #listWhere(condition: string, value: string): Database[] {
    return this.#statements
      .all<Row>(
        `${SELECT} and ${condition} and (expires_at is null or expires_at > ?) order by created_at, rowid`,
        value,
        this.#now(),
      )
      .map(toDatabase)
  }

  #insert(database: {
    readonly namespaceId: string
    readonly slug: string
    readonly name: string
    readonly file: string
    readonly expiresAt: number | null
    readonly parentId?: string
    readonly ref?: string
  }): Database {
    this.#cache.clear()
    const id = newId('db')
    const now = this.#now()
    this.#statements.run(
      `insert into databases
        (id, namespace_id, slug, name, file, parent_id, ref, created_at, forked_at, expires_at)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      id,
      database.namespaceId,
      database.slug,
      database.name,
      database.file,
      database.parentId ?? null,
      database.ref ?? null,
      now,
      database.parentId ? now : null,
      database.expiresAt,
    )
    return this.get(id) as Database
  }
}

function toDatabase(row: Row): Database {
  return {
    id: row.id,
    namespaceId: row.namespace_id,
    slug: row.slug,
    name: row.name,
    file: row.file,
    parentId: row.parent_id,
    ref: row.ref,
    createdAt: row.created_at,
    forkedAt: row.forked_at,
    expiresAt: row.expires_at,
  }
}
