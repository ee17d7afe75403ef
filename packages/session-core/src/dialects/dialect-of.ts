import type { SqlDialect } from '../driver/sql-driver.ts'
import { StorageError } from '../driver/storage-error.ts'
import { postgresDialect } from './postgres/postgres-dialect.ts'
import type { SessionDialect } from './session-dialect.ts'
import { sqliteDialect } from './sqlite/sqlite-dialect.ts'

const DIALECTS: Readonly<Partial<Record<SqlDialect, SessionDialect>>> = {
  sqlite: sqliteDialect,
  postgres: postgresDialect,
}

/** The dialect that a driver names. Throws `INVALID_ARGUMENT` for one that sessions do not speak. */
export function dialectOf(name: SqlDialect): SessionDialect {
  const dialect = Object.hasOwn(DIALECTS, name) ? DIALECTS[name] : undefined
  if (dialect) return dialect
  const known = Object.keys(DIALECTS)
    .map((one) => `"${one}"`)
    .join(' or ')
  throw new StorageError(
    'INVALID_ARGUMENT',
    `Sessions need a driver of dialect ${known}; this one says "${name}".`,
  )
}
