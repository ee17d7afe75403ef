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
  /** `readwrite` is everything but DDL. Default: `admin`. */
  readonly role?: TokenRole | undefined
  /** The only tables that SQL may touch. Default: all. */
  readonly tableScope?: readonly string[] | undefined
  /** Slug of the only database that the token reaches. Default: all of the namespace. */
  readonly database?: string | undefined
  /** Seconds until it ends. Not together with `expiresAt`. Default: it stays until it is revoked. */
  readonly ttlSec?: number | undefined
}

/** The API tokens of the namespace. All calls need an `admin` token. */
export class Tokens {
  readonly #http: () => HttpClient

  constructor(http: () => HttpClient) {
    this.#http = http
  }

  /** The `token` in the answer is not shown again. */
  async create(name: string, options: CreateTokenOptions = {}): Promise<CreatedToken> {
    const body = { name, ...toExpiryFields(options, 'ttlSec') } as CreateTokenRequest
    return (await this.#http().call('createToken', {}, { body })).data
  }

  async list(): Promise<readonly TokenInfo[]> {
    return (await this.#http().call('listTokens', {})).data
  }

  /** The token stops working. Rejects with status 404 where there is none. */
  async revoke(id: string): Promise<DeletedResponse> {
    await this.#http().call('revokeToken', { id })
    return { deleted: true }
  }
}
