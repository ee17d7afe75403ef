/** A database, as the `data` of its calls have it. Times are ISO 8601. */
export interface DatabaseInfo {
  readonly id: string
  readonly slug: string
  readonly name: string
  /** The state of the database: `provisioning` or `healthy`, as far as the public documentation tells. */
  readonly status: string
  /** Where the database is; `auto` by default. */
  readonly region: string
  readonly forkedFromId?: string | null
  /** When the database ends; from then on it answers 404. */
  readonly expiresAt?: string | null
  readonly createdAt?: string
}

/**
 * Body of `createDatabase`. The public documentation is silent on the field of the expiry; at most one of the three
 * may be given.
 */
export interface CreateDatabaseRequest {
  readonly name: string
  readonly slug: string
  /** Where the database is to be. Servers may ignore it. */
  readonly region?: string
  /** Days until the database is gone; may be a fraction. */
  readonly ttlDays?: number
  /** The same as `ttlDays`. */
  readonly ttl_days?: number
  /** When the database is gone, in ISO 8601. */
  readonly expiresAt?: string
}

/** Query parameters of `listDatabases`. */
export interface ListDatabasesQuery {
  /** How many databases one answer has at most. Servers may ignore it, and answer with all. */
  readonly pageSize?: string
}

/** The `data` of everything that deletes; shown by the public documentation for agents only. */
export interface DeletedResponse {
  readonly deleted: true
}

const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/

/** Whether a text can be a slug. The public documentation is silent on its grammar. */
export function isSlug(text: string): boolean {
  return SLUG.test(text)
}

/** A slug for a name: lower case, everything but letters and digits as single dashes. Empty where none is left. */
export function toSlug(name: string): string {
  const words = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  const dashed = words.replace(/[^a-z0-9]+/g, '-').replace(/^-/, '')
  return dashed.slice(0, 63).replace(/-$/, '')
}
