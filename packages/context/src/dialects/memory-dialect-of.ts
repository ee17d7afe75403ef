import { chooseDialect, type SqlDialect } from '@persql/session-core'
import type { MemoryDialect } from './memory-dialect.ts'
import { postgresDialect } from './postgres/postgres-dialect.ts'
import { sqliteDialect } from './sqlite/sqlite-dialect.ts'

const DIALECTS: Readonly<Partial<Record<SqlDialect, MemoryDialect>>> = {
  sqlite: sqliteDialect,
  postgres: postgresDialect,
}

/** The dialect that a driver names. Throws `INVALID_ARGUMENT` for one that memories do not speak. */
export function memoryDialectOf(name: SqlDialect): MemoryDialect {
  return chooseDialect(DIALECTS, name, 'A memory needs')
}
