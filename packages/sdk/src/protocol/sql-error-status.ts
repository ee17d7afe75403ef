import type { SqlErrorKind } from './sql-error-detail.ts'

/**
 * The HTTP status of an answer with such a detail. Two cases differ: 403 where the role of the token is the reason for
 * `readonly`, and 500 where the file of the database is damaged, which is `unknown`. The public documentation is
 * silent on it.
 */
export const SQL_ERROR_STATUS: Readonly<Record<SqlErrorKind, number>> = {
  unique_violation: 400,
  not_null_violation: 400,
  fk_violation: 400,
  check_violation: 400,
  unknown_table: 400,
  unknown_column: 400,
  syntax_error: 400,
  type_mismatch: 400,
  too_many_params: 400,
  too_few_params: 400,
  invalid_statement: 400,
  readonly: 400,
  unknown: 400,
  forbidden: 403,
  too_large: 413,
  database_locked: 503,
  timeout: 504,
  disk_full: 507,
}
