import type { HttpClient } from '../http/http-client.ts'
import type {
  CreatedToken,
  CreateTokenRequest,
  DeletedResponse,
  TokenInfo,
  TokenRole,
} from '../protocol/index.ts'
import { type ExpiryOptions, toExpiryFields } from './expiry.ts'

export interface CreateTokenOptions extends ExpiryOptions {
  /** What the token may do; `readwrite` is everything but DDL. Default: `admin`. */
  readonly role?: TokenRole | undefined
  /** The only tables that SQL may touch. Default: all. */
  readonly tableScope?: readonly string[] | undefined
  /** The slug of the only database that the token reaches. Default: all of the namespace. */
  readonly database?: string | undefined
  /** Seconds until the token ends; not together with `expiresAt`. Default: it stays until it is revoked. */
  readonly ttlSec?: number | undefined
}

/** The API tokens of the namespace. All calls need an `admin` token. */
export class Tokens {
  readonly #http: () => HttpClient

  constructor(http: () => HttpClient) {
    this.#http = http
  }

  /** Makes a token. The `token` in the answer is its secret, which is not shown again. */
  async create(name: string, options: CreateTokenOptions = {}): Promise<CreatedToken> {
    const body = { name, ...toExpiryFields(options, 'ttlSec') } as CreateTokenRequest
    return (await this.#http().call('createToken', {}, { body })).data
  }

  /** Resolves with the valid tokens of the namespace, without their secrets. */
  async list(): Promise<readonly TokenInfo[]> {
    return (await this.#http().call('listTokens', {})).data
  }

  /** Revokes a token, which stops working at once. Rejects with status 404 where there is none. */
  async revoke(id: string): Promise<DeletedResponse> {
    await this.#http().call('revokeToken', { id })
    return { deleted: true }
  }
}
