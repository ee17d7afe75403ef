/** `readwrite` is everything but DDL. */
export type TokenRole = 'admin' | 'readwrite' | 'readonly'

/** Body of `createToken`. The fields are documented for the console; the rest of the call is chosen to match. */
export interface CreateTokenRequest {
  readonly name: string
  /** Default: `admin`. */
  readonly role?: TokenRole
  /** The only tables that SQL may touch. */
  readonly tableScope?: readonly string[]
  /** Slug of the only database that it reaches. Default: all of the namespace. */
  readonly database?: string
  /** ISO 8601. At most one of this and `ttlSec`. */
  readonly expiresAt?: string
  readonly ttlSec?: number
}

/** A token without its secret, as `data` of `listTokens`. */
export interface TokenInfo {
  readonly id: string
  readonly name: string
  readonly role: TokenRole
  readonly tableScope: readonly string[] | null
  readonly database: string | null
  /** ISO 8601. */
  readonly expiresAt: string | null
  readonly createdAt: string
}

/** `data` of `createToken`: the only time that the secret is shown. */
export interface CreatedToken extends TokenInfo {
  readonly token: string
}

/** `data` of `me`. */
export interface MeResponse {
  readonly namespaceSlug: string
  readonly namespaceId: string
  readonly role: string
}
