import type { SqlErrorDetail } from '@persql/sdk/protocol'
import { parseSqlError } from '@persql/sdk/sqlite'
import { isDiskFull } from '../../disk-full.ts'
import type { Refusal } from '../connection/refusal.ts'
import { SqlFailure } from './sql-failure.ts'

// https://sqlite.org/rescode.html
const BUSY = 5
const LOCKED = 6
const NO_MEMORY = 7
const READ_ONLY = 8
const IO_ERROR = 10
const CORRUPT = 11
const CANNOT_OPEN = 14
const PROTOCOL = 15
const TOO_BIG = 18
const CONSTRAINT = 19
const MISMATCH = 20
const RANGE = 25
const NOT_A_DATABASE = 26
const CONSTRAINT_CHECK = 275
const CONSTRAINT_FOREIGN_KEY = 787
const CONSTRAINT_NOT_NULL = 1299
const CONSTRAINT_PRIMARY_KEY = 1555
const CONSTRAINT_UNIQUE = 2067
const CONSTRAINT_ROWID = 2579
const CONSTRAINT_DATATYPE = 3091

/** What went wrong, for the caller. `refusal` is what the authorizer said, if it denied the statement. */
export function toSqlFailure(error: unknown, refusal?: Refusal): SqlFailure {
  if (error instanceof SqlFailure) return error
  if (refusal) {
    const { status, kind, message, table } = refusal
    return new SqlFailure(status, message, table === undefined ? { kind } : { kind, table })
  }
  if (!isSqliteError(error)) {
    const isArgument = error instanceof TypeError || error instanceof RangeError
    return isArgument
      ? SqlFailure.of(400, 'type_mismatch', 'A parameter is of a type that SQLite cannot store.')
      : new SqlFailure(500, 'The statement failed for an unexpected reason.')
  }
  const { errcode } = error
  // SQLite writes over texts of errors that it has given away; behind a zero byte stands what was there before.
  const [message = ''] = error.message.split('\0', 1)
  if (isDiskFull(error)) return diskFull()
  switch (errcode & 0xff) {
    case BUSY:
    case LOCKED:
      return SqlFailure.of(503, 'database_locked', 'The database is locked. Try again.')
    case NO_MEMORY:
      return SqlFailure.of(413, 'too_large', 'The statement needs more memory than the limit.')
    case TOO_BIG:
      return SqlFailure.of(413, 'too_large', 'A text or blob is larger than the limit.')
    case READ_ONLY:
      return SqlFailure.of(400, 'readonly', message)
    case MISMATCH:
      return SqlFailure.of(400, 'type_mismatch', message)
    case RANGE:
      return SqlFailure.of(400, 'too_many_params', 'There are more parameters than placeholders.')
    case CONSTRAINT:
      return new SqlFailure(400, message, constraintDetail(errcode, message))
    case CORRUPT:
    case NOT_A_DATABASE:
      return SqlFailure.of(500, 'unknown', 'The file of the database is damaged.')
    case IO_ERROR:
    case CANNOT_OPEN:
    case PROTOCOL:
      return new SqlFailure(500, 'The file of the database cannot be read or written.')
    default:
      return new SqlFailure(400, message, parseSqlError(message))
  }
}

function diskFull(): SqlFailure {
  return SqlFailure.of(
    507,
    'disk_full',
    'The database is as large as it may be, or the disk is full. Nothing was changed.',
  )
}

interface SqliteError extends Error {
  readonly errcode: number
}

function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
}

type Detail = Omit<SqlErrorDetail, 'message'>

function constraintDetail(errcode: number, message: string): Detail {
  switch (errcode) {
    case CONSTRAINT_UNIQUE:
    case CONSTRAINT_PRIMARY_KEY:
    case CONSTRAINT_ROWID: {
      const hint = 'Use INSERT … ON CONFLICT to update the row that is there.'
      return { ...parseSqlError(message), kind: 'unique_violation', hint }
    }
    case CONSTRAINT_NOT_NULL:
    case CONSTRAINT_FOREIGN_KEY:
    case CONSTRAINT_CHECK:
    case CONSTRAINT_DATATYPE:
      return parseSqlError(message)
    default:
      // A text of the caller's own, such as that of RAISE in a trigger.
      return { kind: 'unknown' }
  }
}
