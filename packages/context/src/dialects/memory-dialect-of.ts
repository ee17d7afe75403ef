import { type SqlDialect, StorageError } from '@persql/session-core'
import type { MemoryDialect } from './memory-dialect.ts'
import { postgresDialect } from './postgres/postgres-dialect.ts'
import { sqliteDialect } from './sqlite/sqlite-dialect.ts'

const DIALECTS: Readonly<Partial<Record<SqlDialect, MemoryDialect>>> = {
  sqlite: sqliteDialect,
  postgres: postgresDialect,
}

/** The dialect that a driver names. Throws `INVALID_ARGUMENT` for one that memories do not speak. */
export function memoryDialectOf(name: SqlDialect): MemoryDialect {
  const dialect = Object.hasOwn(DIALECTS, name) ? DIALECTS[name] : undefined
  if (dialect) return dialect
  const known = Object.keys(DIALECTS)
    .map((one) => `"${one}"`)
    .join(' or ')
  throw new StorageError(
    'INVALID_ARGUMENT',
    `A memory needs a driver of dialect ${known}; this one says "${name}".`,
  )
}
