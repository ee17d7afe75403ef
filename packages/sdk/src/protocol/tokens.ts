/** What a token may do: everything, everything but DDL, or only read. */
export type TokenRole = 'admin' | 'readwrite' | 'readonly'

/** The body of `createToken`. The fields are documented for the console; the rest of the call is chosen to match. */
export interface CreateTokenRequest {
  readonly name: string
  /** What the token may do. Default: `admin`. */
  readonly role?: TokenRole
  /** The only tables that SQL may touch. */
  readonly tableScope?: readonly string[]
  /** The slug of the only database that the token reaches. Default: all of the namespace. */
  readonly database?: string
  /** When the token ends, in ISO 8601; at most one of this and `ttlSec`. */
  readonly expiresAt?: string
  /** Seconds until the token ends. Default: it stays until it is revoked. */
  readonly ttlSec?: number
}

/** A token without its secret, as `data` of `listTokens`. */
export interface TokenInfo {
  readonly id: string
  readonly name: string
  readonly role: TokenRole
  readonly tableScope: readonly string[] | null
  readonly database: string | null
  /** When the token ends, in ISO 8601; `null` where it stays until it is revoked. */
  readonly expiresAt: string | null
  readonly createdAt: string
}

/** The `data` of `createToken`: the only time that the secret is shown. */
export interface CreatedToken extends TokenInfo {
  readonly token: string
}

/** The `data` of `me`: what the caller's token is. */
export interface MeResponse {
  readonly namespaceSlug: string
  readonly namespaceId: string
  readonly role: string
}
