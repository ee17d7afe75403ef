import { PerSQLError } from '../errors/persql-error.ts'
import type { HttpClient } from '../http/http-client.ts'
import {
  type CreateDatabaseRequest,
  type DatabaseInfo,
  type DeletedResponse,
  toSlug,
} from '../protocol/index.ts'
import { type ExpiryOptions, toExpiryFields } from './expiry.ts'

export interface CreateDatabaseOptions extends ExpiryOptions {
  /** The slug by which it is addressed. Default: one that is made of the name. */
  readonly slug?: string | undefined
  /** Days until the database is gone; may be a fraction. Not together with `expiresAt`. Default: it stays. */
  readonly ttlDays?: number | undefined
}

/** The databases of the token's namespace. */
export class Databases {
  readonly #http: () => HttpClient

  constructor(http: () => HttpClient) {
    this.#http = http
  }

  /** Makes an empty database. Needs an `admin` token. Rejects with status 409 where the slug is taken. */
  async create(name: string, options: CreateDatabaseOptions = {}): Promise<DatabaseInfo> {
    const { slug = toSlug(name), ...rest } = toExpiryFields(options, 'ttlDays')
    if (slug === '')
      throw new PerSQLError('invalid_argument', 'The name has no letters for a slug: pass one.')
    const body = { name, slug, ...rest } as CreateDatabaseRequest
    return (await this.#http().call('createDatabase', {}, { body })).data
  }

  /** Resolves with the databases of the namespace, oldest first, without branches. */
  async list(): Promise<readonly DatabaseInfo[]> {
    return (await this.#http().call('listDatabases', {})).data
  }

  /** Resolves with one database. Rejects with status 404 where there is none. */
  async get(slug: string): Promise<DatabaseInfo> {
    return (await this.#http().call('getDatabase', { slug })).data
  }

  /**
   * Deletes a database with its branches and their tokens. Needs an `admin` token. Rejects with status 404 where there
   * is none.
   */
  async delete(slug: string): Promise<DeletedResponse> {
    await this.#http().call('deleteDatabase', { slug })
    return { deleted: true }
  }
}
