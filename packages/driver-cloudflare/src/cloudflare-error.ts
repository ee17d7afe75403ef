import { isStorageError, StorageError } from '@persql/session-core'
import { sqlError } from '@persql/session-core/sqlite'

const UNAVAILABLE =
  /network connection lost|overloaded|internal error|timed? ?out|(?:was|be|is) reset|object reset|connection closed|too many requests|cannot resolve|failed to (?:parse|fetch)/i
const FULL = /exceeded maximum db size|maximum database size|storage limit/i

/** What the engine threw, as a `StorageError` that quotes nothing of a parameter. `sql` is what could have failed. */
export function cloudflareError(
  error: unknown,
  statementIndex: number | undefined,
  sql: string,
): StorageError {
  if (isStorageError(error)) return sqlError(error, statementIndex)
  const text = error instanceof Error ? error.message : String(error)
  const message = text.replace(/^D1_\w+: /, '')
  // The type of what is thrown says nothing here.
  const { code, message: told } = sqlError(new Error(message), statementIndex, sql)
  const found = code === 'SQL_ERROR' ? (codeOf(message) ?? code) : code
  return new StorageError(found, told, { cause: error, statementIndex })
}

function codeOf(message: string) {
  if (/not authorized/i.test(message)) return 'INVALID_STATEMENT'
  if (/statement too long|SQLITE_TOOBIG/i.test(message)) return 'TOO_LARGE'
  if (FULL.test(message)) return 'FULL'
  return UNAVAILABLE.test(message) ? 'UNAVAILABLE' : undefined
}
