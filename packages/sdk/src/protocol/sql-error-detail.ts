/** Why SQL failed, in a word: one of the documented kinds, or of ours where those do not tell enough. */
export type SqlErrorKind = DocumentedSqlErrorKind | ExtraSqlErrorKind

type DocumentedSqlErrorKind =
  | 'unique_violation'
  | 'not_null_violation'
  | 'fk_violation'
  | 'check_violation'
  | 'unknown_table'
  | 'unknown_column'
  | 'syntax_error'
  | 'type_mismatch'
  | 'database_locked'
  | 'too_many_params'
  | 'readonly'
  | 'unknown'

/**
 * The public documentation is silent on these conditions. With all kinds but `timeout`, the statement changed nothing.
 *
 * - `too_few_params`: a placeholder without a value
 * - `invalid_statement`: more than one statement in a text, none, or one that begins or ends a transaction
 * - `forbidden`: a table outside the token's scope, or a statement that nobody may run
 * - `timeout`: stopped because it ran too long; it may have been applied just before
 * - `too_large`: a body, value, row or result beyond a limit
 * - `disk_full`
 */
type ExtraSqlErrorKind =
  | 'too_few_params'
  | 'invalid_statement'
  | 'forbidden'
  | 'timeout'
  | 'too_large'
  | 'disk_full'

/** Why SQL failed. */
export interface SqlErrorDetail {
  readonly kind: SqlErrorKind
  readonly message: string
  readonly table?: string
  readonly column?: string
  /** The columns of a key that has several. */
  readonly columns?: readonly { readonly table: string; readonly column: string }[]
  readonly constraint?: string
  readonly near?: string
  /** What to do about it. */
  readonly hint?: string
  /**
   * The position in the batch of the statement that failed. The hosted service does not tell; the public documentation
   * has no field for it.
   */
  readonly statementIndex?: number
}
