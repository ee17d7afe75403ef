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
  /** The branch of the same parent whose schema it gets; `main` is the parent itself. Default: `main`. */
  readonly fromRef?: string
  /** A name for people. Default: the name of the parent and the ref. */
  readonly name?: string
  /** Where the branch is to be. Servers may ignore it. */
  readonly region?: string
  /** Days until the branch is gone, 1 to 30, counted from this call. */
  readonly ttlDays?: number
  /** When the branch is gone, in ISO 8601. */
  readonly expiresAt?: string
}

/**
 * What the token of a claimed branch may do: what `readonly`, `readwrite` and `admin` tokens may. DDL needs `admin`.
 */
export type BranchRole = 'read' | 'write' | 'admin'

/** Body of `claimBranch`. */
export interface ClaimBranchRequest {
  /** The ref of the branch. Default: one made from `purpose` and random characters. */
  readonly ref?: string
  /** A word or two on what the branch is for, which become a part of its ref. */
  readonly purpose?: string
  /** Seconds until the branch and its token are gone, within `LIMITS.claimTtlSec`, which also has the default. */
  readonly ttlSec?: number
  /** What the token may do. Default: `write`. */
  readonly role?: BranchRole
}

/** `data` of `claimBranch`. The token reaches this branch only, and ends with it. */
export interface ClaimedBranch {
  readonly branchRef: string
  readonly token: string
  /** When the branch and its token are gone, in ISO 8601. */
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
