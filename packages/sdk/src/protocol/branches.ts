import type { DatabaseInfo } from './databases.ts'

/**
 * A branch: a database of its own with the schema of its parent and none of the rows. `slug` is what the SQL calls
 * take as `:db`; they take `parent.ref` and `parent-ref` as well.
 */
export interface BranchInfo extends DatabaseInfo {
  readonly branchRef: string
  readonly forkedFrom: { readonly id: string; readonly slug: string; readonly name: string } | null
  readonly forkedAt?: string | null
}

/** Body of `upsertBranch`, which creates the branch, or resets it to the schema that the parent has now. */
export interface UpsertBranchRequest {
  /** Of the parent; the parent itself is `main`. Default: `main`. */
  readonly fromRef?: string
  readonly name?: string
  /** Servers may ignore it. */
  readonly region?: string
  /** 1 to 30, counted from this call. */
  readonly ttlDays?: number
  /** ISO 8601. */
  readonly expiresAt?: string
}

/** In tokens of branches; `admin` is needed for DDL. The same as `readonly`, `readwrite` and `admin` of a token. */
export type BranchRole = 'read' | 'write' | 'admin'

/** Body of `claimBranch`. */
export interface ClaimBranchRequest {
  /** Default: made from `purpose` and random characters. */
  readonly ref?: string
  readonly purpose?: string
  /** From `LIMITS.claimTtlSec`. */
  readonly ttlSec?: number
  /** Default: `write`. */
  readonly role?: BranchRole
}

/** `data` of `claimBranch`. The token reaches this branch only, and ends with it. */
export interface ClaimedBranch {
  readonly branchRef: string
  readonly token: string
  /** ISO 8601. */
  readonly expiresAt: string
  readonly namespaceSlug: string
  readonly databaseSlug: string
  readonly outcome: 'created' | 'reset'
}

/** Body of `mergeBranch`. The public documentation names this one mode. */
export interface MergeBranchRequest {
  readonly mode: 'schema'
}

/** `data` of `mergeBranch`, on which the public documentation is silent. The branch stays. */
export interface MergedBranch {
  readonly branchRef: string
  readonly mode: 'schema'
  /** The statements that were run on the parent, in one transaction. */
  readonly applied: readonly string[]
}

const REF = /^[A-Za-z0-9][A-Za-z0-9._\-/]{0,63}$/

/** Whether a text can be a ref: 1 to 64 characters, the first one a letter or digit, then also `.`, `_`, `-`, `/`. */
export function isBranchRef(text: string): boolean {
  return REF.test(text)
}
