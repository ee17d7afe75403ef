import type { Policy } from '../connection/policy.ts'

/** What the server asks of a worker, one at a time. The body travels beside it as bytes. */
export type Job = SqlJob | CopySchemaJob | MergeSchemaJob | DropJob

interface JobBase {
  /** Path of the database. */
  readonly file: string
  /** Files that are gone, whose connections the worker closes first. */
  readonly forget?: readonly string[]
}

export type SqlOperation = 'query' | 'batch' | 'explain' | 'validate' | 'tables' | 'describe' | 'schema'

/** The body is the caller's, as it came. */
export interface SqlJob extends JobBase {
  readonly operation: SqlOperation
  readonly policy: Policy
  /** Of query and batch: digest of the token and the key under which the call is applied once. */
  readonly idempotencyKey?: string
  /** The caller accepts `LONG_TEXTS_TYPE`. */
  readonly texts?: true
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Makes an empty database with the schema of another one. */
interface CopySchemaJob extends JobBase {
  readonly operation: 'copySchema'
  readonly target: string
}

/** Brings the schema of another database into this one. */
interface MergeSchemaJob extends JobBase {
  readonly operation: 'mergeSchema'
  readonly source: string
}

/** Deletes the database. */
interface DropJob extends JobBase {
  readonly operation: 'drop'
}

/** The `data` of the answers to jobs that are the server's own. */
export interface JobData {
  readonly copySchema: null
  /** The statements that were run. */
  readonly mergeSchema: readonly string[]
  readonly drop: null
}

/** Comes before the body, which is the answer to the caller as JSON text, or as `LONG_TEXTS_TYPE`. */
export interface ReplyHead {
  readonly status: number
  readonly rowsRead: number
  readonly rowsWritten: number
  /** The body is the one of an earlier call with the same key. */
  readonly isReplay?: true
  /** The body is `LONG_TEXTS_TYPE`. */
  readonly isTexts?: true
  /** For the log. */
  readonly errorKind?: string
}

export interface Reply {
  readonly head: ReplyHead
  readonly body: string
}

/** What one call may use. */
export interface WorkerLimits {
  readonly statements: number
  readonly params: number
  readonly sqlBytes: number
  readonly valueBytes: number
  readonly resultRows: number
  readonly resultBytes: number
  readonly databaseBytes: number
  /** In one process. */
  readonly openDatabases: number
  readonly idempotencyTtlMs: number
}
