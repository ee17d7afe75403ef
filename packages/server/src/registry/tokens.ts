import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { TokenRole } from '@persql/sdk/protocol'
import { newId } from './new-id.ts'
import { Statements } from './statements.ts'

export interface Token {
  readonly id: string
  readonly namespaceId: string
  readonly namespaceSlug: string
  readonly name: string
  readonly role: TokenRole
  /** As given. */
  readonly tableScope: readonly string[] | null
  /** The only database that it reaches. */
  readonly databaseId: string | null
  readonly createdAt: number
  readonly expiresAt: number | null
}

export interface NewToken {
  readonly namespaceId: string
  readonly name: string
  readonly role: TokenRole
  readonly tableScope?: readonly string[] | undefined
  readonly databaseId?: string | undefined
  readonly expiresAt?: number | undefined
  /** Default: a random one. */
  readonly secret?: string | undefined
}

interface Row {
  id: string
  namespace_id: string
  namespace_slug: string
  hash: Uint8Array
  name: string
  role: TokenRole
  table_scope: string | null
  database_id: string | null
  created_at: number
  ends_at: number | null
}

// A token ends with the database that it is bound to.
const SELECT = `select t.*, n.slug as namespace_slug,
  min(ifnull(t.expires_at, d.expires_at), ifnull(d.expires_at, t.expires_at)) as ends_at
  from tokens t join namespaces n on n.id = t.namespace_id left join databases d on d.id = t.database_id
  where t.revoked_at is null`
const CACHED = 10_000

/** The name of the token that the server is started with, which no other token may have. */
export const ENVIRONMENT_TOKEN = 'environment'

/** The secrets are kept as their SHA-256 only. */
export class Tokens {
  readonly #statements: Statements
  readonly #now: () => number
  /** By digest. Forgotten as a whole with every change, so that a revocation takes effect at once. */
  readonly #cache = new Map<string, { readonly digest: Uint8Array; readonly token: Token }>()

  constructor(database: DatabaseSync, now: () => number) {
    this.#statements = new Statements(database)
    this.#now = now
  }

  /** The token whose secret has a digest; nothing for one that is unknown, revoked or expired. */
  find(digest: Buffer): Token | undefined {
    const key = digest.toString('latin1')
    let entry = this.#cache.get(key)
    if (!entry) {
      const row = this.#statements.get<Row>(`${SELECT} and t.hash = ?`, digest)
      if (!row) return
      if (this.#cache.size >= CACHED) this.#cache.clear()
      entry = { digest: row.hash, token: toToken(row) }
      this.#cache.set(key, entry)
    }
    if (!timingSafeEqual(entry.digest, digest)) return
    const { expiresAt } = entry.token
    return expiresAt !== null && expiresAt <= this.#now() ? undefined : entry.token
  }

  /** To be called where tokens were revoked in the file behind the back of this. */
  forgetCached(): void {
    this.#cache.clear()
  }

  create(token: NewToken): { readonly token: Token; readonly secret: string } {
    const { secret = `psql_live_${randomBytes(24).toString('base64url')}` } = token
    const id = newId('tok')
    this.#statements.run(
      `insert into tokens (id, namespace_id, hash, name, role, table_scope, database_id, created_at, expires_at)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      id,
      token.namespaceId,
      digestOf(secret),
      token.name,
      token.role,
      token.tableScope ? JSON.stringify(token.tableScope) : null,
      token.databaseId ?? null,
      this.#now(),
      token.expiresAt ?? null,
    )
    const row = this.#statements.get<Row>(`${SELECT} and t.id = ?`, id) as Row
    return { token: toToken(row), secret }
  }

  /** Those that are valid, oldest first. */
  list(namespaceId: string): Token[] {
    return this.#statements
      .all<Row>(
        `${SELECT} and t.namespace_id = ? and (ends_at is null or ends_at > ?)
          order by t.created_at, t.rowid`,
        namespaceId,
        this.#now(),
      )
      .map(toToken)
  }

  /** Whether there was one to revoke. */
  revoke(namespaceId: string, id: string): boolean {
    this.#cache.clear()
    return (
      this.#statements.run(
        'update tokens set revoked_at = ? where namespace_id = ? and id = ? and revoked_at is null',
        this.#now(),
        namespaceId,
        id,
      ) > 0
    )
  }

  /** Makes a given secret the admin token {@link ENVIRONMENT_TOKEN}; the one before is revoked. */
  setAdmin(namespaceId: string, secret: string): void {
    const name = ENVIRONMENT_TOKEN
    const digest = digestOf(secret)
    this.#cache.clear()
    this.#statements.run(
      `update tokens set revoked_at = ? where namespace_id = ? and name = ? and hash <> ? and revoked_at is null`,
      this.#now(),
      namespaceId,
      name,
      digest,
    )
    const known = this.find(digest)
    const isWhole = known?.tableScope === null && known.databaseId === null && known.expiresAt === null
    if (known?.namespaceId === namespaceId && known.role === 'admin' && isWhole) return
    this.#cache.clear()
    this.#statements.run('delete from tokens where hash = ?', digest)
    this.create({ namespaceId, name, role: 'admin', secret })
  }
}

export function digestOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer')
}

function toToken(row: Row): Token {
  return {
    id: row.id,
    namespaceId: row.namespace_id,
    namespaceSlug: row.namespace_slug,
    name: row.name,
    role: row.role,
    tableScope: row.table_scope === null ? null : JSON.parse(row.table_scope),
    databaseId: row.database_id,
    createdAt: row.created_at,
    expiresAt: row.ends_at,
  }
}
