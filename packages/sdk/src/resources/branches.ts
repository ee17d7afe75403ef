import type { HttpClient } from '../http/http-client.ts'
import type {
  BranchInfo,
  ClaimBranchRequest,
  ClaimedBranch,
  DeletedResponse,
  MergeBranchRequest,
  MergedBranch,
  UpsertBranchRequest,
} from '../protocol/index.ts'
import { type ExpiryOptions, toExpiryFields } from './expiry.ts'

export interface UpsertBranchOptions extends ExpiryOptions {
  /** The branch whose schema it gets. Default: the parent. */
  readonly fromRef?: string | undefined
  /** A name for people. Default: the name of the parent and the ref. */
  readonly name?: string | undefined
  /** Days until the branch is gone, 1 to 30; not together with `expiresAt`. */
  readonly ttlDays?: number | undefined
}

/**
 * The branches of one database: databases of their own with its schema and none of its rows. A ref is 1 to 64
 * letters, digits and `.`, `_`, `-`, `/`, the first one a letter or digit.
 */
export class Branches {
  readonly #http: () => HttpClient
  readonly #params: { readonly ns: string; readonly db: string }

  constructor(http: () => HttpClient, ns: string, db: string) {
    this.#http = http
    this.#params = { ns, db }
  }

  /** Makes the branch, or empties it and gives it the parent's present schema. Safe to repeat. */
  async upsert(ref: string, options: UpsertBranchOptions = {}): Promise<BranchInfo> {
    const body = toExpiryFields(options, 'ttlDays') as UpsertBranchRequest
    return (await this.#http().call('upsertBranch', { ...this.#params, ref }, { body })).data
  }

  /** Resolves with the branches of the database. */
  async list(): Promise<readonly BranchInfo[]> {
    return (await this.#http().call('listBranches', this.#params)).data
  }

  /** Resolves with one branch. Rejects with status 404 where there is none. */
  async get(ref: string): Promise<BranchInfo> {
    return (await this.#http().call('getBranch', { ...this.#params, ref })).data
  }

  /**
   * Leases a branch: made as by `upsert`, with a token that reaches nothing else. Both end after `ttlSec` (60 seconds
   * to 30 days, by default an hour), or when the branch is deleted. Needs an `admin` token.
   */
  async claim(options: ClaimBranchRequest = {}): Promise<ClaimedBranch> {
    return (await this.#http().call('claimBranch', this.#params, { body: options })).data
  }

  /** Brings what the branch has added to or changed in the schema into its parent, and resolves with the statements. */
  async merge(ref: string, options: MergeBranchRequest): Promise<MergedBranch> {
    return (await this.#http().call('mergeBranch', { ...this.#params, ref }, { body: options })).data
  }

  /** Deletes a branch with its rows, and its tokens. Rejects with status 404 where there is none. */
  async delete(ref: string): Promise<DeletedResponse> {
    await this.#http().call('deleteBranch', { ...this.#params, ref })
    return { deleted: true }
  }
}
