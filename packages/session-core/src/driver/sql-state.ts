import type { StorageErrorCode } from './storage-error.ts'

// SQLSTATE codes or their first characters, the more exact ones first:
// https://www.postgresql.org/docs/current/errcodes-appendix.html
const CODES: readonly (readonly [prefix: string, code: StorageErrorCode])[] = [
  ['42P01', 'NO_SUCH_TABLE'],
  ['42S02', 'NO_SUCH_TABLE'],
  ['3F000', 'NO_SUCH_TABLE'],
  ['25006', 'READ_ONLY'],
  ['42501', 'READ_ONLY'],
  ['53100', 'FULL'],
  // Was cancelled, as a rule because it took longer than the server allows.
  ['57014', 'BUSY'],
  ['55P03', 'BUSY'],
  ['54000', 'TOO_LARGE'],
  ['28', 'CANNOT_OPEN'],
  ['3D000', 'CANNOT_OPEN'],
  ['08P01', 'INVALID_STATEMENT'],
  ['40003', 'UNAVAILABLE'],
  ['53', 'UNAVAILABLE'],
  ['57P', 'UNAVAILABLE'],
  ['08', 'UNAVAILABLE'],
  ['22', 'INVALID_STATEMENT'],
  ['23', 'CONSTRAINT'],
  ['40', 'BUSY'],
  ['42', 'INVALID_STATEMENT'],
  ['54', 'INVALID_STATEMENT'],
]

/** The SQLSTATE that a client puts into its errors: those for Postgres as `code`, those for MySQL as `sqlState`. */
export function sqlStateOf(error: unknown): string | undefined {
  const { sqlState, code } = (error ?? {}) as { sqlState?: unknown; code?: unknown }
  return [sqlState, code].find(
    (state): state is string => typeof state === 'string' && /^[0-9A-Z]{5}$/.test(state),
  )
}

/** The code for a SQLSTATE. */
export function sqlStateCode(state: string | undefined): StorageErrorCode {
  return CODES.find(([prefix]) => state?.startsWith(prefix))?.[1] ?? 'SQL_ERROR'
}
